// ICE that starts anew on an endpoint whose media flows.
import { expect, it } from "vitest";
import { EchoCall, WIDTH } from "./support/echo-call.js";

const MAX_FREEZE_MS = 500;

const echo = new EchoCall();

it("ICE restarts while media flows, which shows no freeze", async () => {
  const peer = await echo.call();
  await peer.showsVideo(WIDTH);
  const before = await peer.selectedPair();
  await peer.watchFrames();
  await peer.longestGap(15);
  await peer.negotiate({ iceRestart: true });
  await peer.usesAnotherPair(before);
  const gap = await peer.longestGap(30);
  console.log("ICE restart: longest gap between frames", gap, "ms");
  expect(gap).toBeLessThanOrEqual(MAX_FREEZE_MS);
  await peer.page.context().close();
});
