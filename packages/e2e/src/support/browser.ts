// Headless Chromium with fake devices.
import { type Browser, type Page, chromium } from "playwright-core";

const EXECUTABLE = process.env["KMS_CHROMIUM"] ?? "/usr/bin/chromium";
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream=fps=30",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--disable-renderer-backgrounding",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
];

export interface BrowserOptions {
  /** Whether host candidates bear mDNS names, as for pages that do not open a camera; false by default. */
  readonly mdns?: boolean;
  /** A program to start in place of Chromium, with its arguments. */
  readonly executablePath?: string;
}

/** Starts a browser; `await using` closes it. */
export async function launchBrowser(
  options: BrowserOptions = {},
): Promise<Browser & AsyncDisposable> {
  // Names are shown where pages may not open cameras, and the fake dialogue lets all of them.
  const shown = /WithMdns|fake-ui/;
  const args = options.mdns ? ARGS.filter((arg) => !shown.test(arg)) : ARGS;
  const { executablePath = EXECUTABLE } = options;
  const browser = await chromium.launch({ executablePath, args });
  return Object.assign(browser, {
    [Symbol.asyncDispose]: async (): Promise<void> => browser.close(),
  });
}

/** A page on the server's origin, which browsers take as secure; its console goes to ours when it complains. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (error) => console.error("page:", error));
  page.on("console", (message) => {
    if (message.type() === "error") console.error("page:", message.text());
  });
  await page.goto(url);
  return page;
}
