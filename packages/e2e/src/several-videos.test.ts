// Several videos in one endpoint: each in an m-line, with a mid, SSRCs and connections of its own.
import { describe, expect, it } from "vitest";
import { GREEN, RED, addColour, addScreen, showsIn } from "./support/colours.js";
import { EchoCall } from "./support/echo-call.js";
import type { Peer } from "./support/peer.js";

const echo = new EchoCall({
  modules: { kurento: { SdpEndpoint: { numVideoMedias: 2, renegotiation: true } } },
});

/** A call with red video in m-line "1" and green in "2"; the green one joins by a renegotiation. */
async function redThenGreen(): Promise<Peer> {
  const peer = await echo.call({ send: "microphone" });
  await addColour(peer, RED);
  await peer.negotiate();
  await addColour(peer, GREEN);
  await peer.negotiate();
  return peer;
}

describe("two videos of one page", () => {
  it("come back in their m-lines, the second after a renegotiation", async () => {
    await echo.endpoint.connect(echo.endpoint, "VIDEO", "2", "2");
    const peer = await redThenGreen();
    await Promise.all([showsIn(peer, "1", RED), showsIn(peer, "2", GREEN)]);
    const stats = Object.values(await echo.endpoint.getStats("VIDEO"));
    const mids = (type: string): unknown[] =>
      stats.filter((entry) => entry.type === type).map(({ mediaTrackId }) => mediaTrackId);
    expect(mids("inboundrtp").sort()).toEqual(["1", "2"]);
    expect(mids("outboundrtp").sort()).toEqual(["1", "2"]);
    expect(await echo.endpoint.isMediaFlowingOut("VIDEO", "2")).toBe(true);
    expect(await echo.pipeline.getGstreamerDot()).not.toMatch(/gst/i);
    await peer.page.context().close();
  });

  it("swap m-lines when they are connected crosswise", async () => {
    const peer = await redThenGreen();
    await showsIn(peer, "1", RED);
    await echo.endpoint.connect(echo.endpoint, "VIDEO", "1", "2");
    await echo.endpoint.connect(echo.endpoint, "VIDEO", "2", "1");
    await Promise.all([showsIn(peer, "1", GREEN), showsIn(peer, "2", RED)]);
    await peer.page.context().close();
  });

  it("reach the two m-lines of a viewer", async () => {
    const publisher = await redThenGreen();
    const screens = await echo.pipeline.create("WebRtcEndpoint");
    await echo.endpoint.connect(screens);
    await echo.endpoint.connect(screens, "VIDEO", "2", "2");
    const viewer = await echo.watch(screens, { send: "nothing" });
    await showsIn(viewer, "1", RED);
    await addScreen(viewer);
    await viewer.negotiate();
    await Promise.all([showsIn(viewer, "1", RED), showsIn(viewer, "2", GREEN)]);
    for (const peer of [viewer, publisher]) await peer.page.context().close();
  });

  it("reach a page that takes the server's offer", async () => {
    await echo.endpoint.connect(echo.endpoint, "VIDEO", "video1", "video1");
    const peer = await echo.answer({ send: "nothing" });
    await addColour(peer, RED);
    await addColour(peer, GREEN);
    await peer.answer();
    await Promise.all([showsIn(peer, "video0", RED), showsIn(peer, "video1", GREEN)]);
    await peer.page.context().close();
  });
});
