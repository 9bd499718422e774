import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { Server } from "./support/server.js";

describe("the server's page", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it("prints where it is reached", async () => {
    await server.printed(`ws://localhost:${server.port}/kurento`);
    await server.printed(`http://localhost:${server.port}/`);
  });

  it("shows the camera beside its way through the server, with figures, at one click", async () => {
    await using browser = await launchBrowser();
    const page = await openPage(browser, server.pageUrl);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("Connected.").waitFor();
    await page.waitForFunction(() => {
      const text = (id: string): string => document.getElementById(id)?.textContent ?? "";
      return (
        text("remote-resolution") === "640 × 480" &&
        Number.parseInt(text("remote-frame-rate"), 10) >= 20 &&
        Number.parseInt(text("remote-bitrate"), 10) > 100 &&
        text("local-resolution") === "640 × 480" &&
        text("round-trip").endsWith(" ms")
      );
    });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
  });
});
