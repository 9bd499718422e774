// A browser's codecs, offers both ways, and sessions that change, through the real server.
import { describe, expect, it } from "vitest";
import { EchoCall, WIDTH } from "./support/echo-call.js";

const VIDEO_CODECS = ["VP9", "VP8", "H264", "AV1"].map((name) => ({ name: `${name}/90000` }));

const echo = new EchoCall({
  modules: { kurento: { SdpEndpoint: { renegotiation: true, videoCodecs: VIDEO_CODECS } } },
});

describe("video through the server by forwarding", () => {
  it.each(["VP9", "AV1"] as const)("%s, the browser offers", async (codec) => {
    await echo.expectForwarded(await echo.call({ codec }), codec);
  });

  it("the server offers, and the browser sends the codec that is configured first", async () => {
    await echo.expectForwarded(await echo.answer(), "VP9");
  });
});

describe("an offer without BUNDLE", () => {
  it("process_mid_no_bundle_offer: gets a transport for each m-line, and media over both", async () => {
    const peer = await echo.call({
      configuration: { bundlePolicy: "max-compat" },
      changeOffer: (offer) => offer.replace(/a=group:BUNDLE.*\r\n/, ""),
    });
    await peer.showsVideo(WIDTH);
    expect(await peer.audioCodec()).toBe("audio/opus");
    expect(await echo.endpoint.getDtlsConnectionState()).toMatchObject(
      ["1", "2"].map((streamId) => ({ streamId, state: "CONNECTED" })),
    );
    expect(await peer.transportCount()).toBe(2);
    await echo.expectForwarded(peer, "VP8");
  });
});

describe("a session that changes", () => {
  it("renegotiation_offer_new_media: video joins an audio call", async () => {
    const peer = await echo.call({ send: "microphone" });
    await peer.connected();
    expect(await echo.endpoint.getLocalSessionDescriptor()).not.toContain("m=video");
    await peer.addCamera();
    await peer.negotiate();
    await echo.expectForwarded(peer, "VP8");
  });

  it("the server offers again, and media goes on", async () => {
    const peer = await echo.call();
    await peer.showsVideo(WIDTH);
    await peer.answer();
    await peer.watchFrames();
    await peer.longestGap(10);
    await echo.expectForwarded(peer, "VP8");
  });
});
