// Each audio codec with each video codec, there and back by forwarding, as in Kurento's test_webrtcendpoint.
import { describe, expect, it } from "vitest";
import { EchoCall } from "./support/echo-call.js";

const VIDEO = ["VP8", "VP9", "H264", "AV1"] as const;
const AUDIO = ["opus", "PCMU", "PCMA"];

const echo = new EchoCall();

/** Leaves one codec in the audio m-line. */
function onlyAudio(codec: string): (offer: string) => string {
  return (offer) => {
    const [, format = ""] = new RegExp(`a=rtpmap:(\\d+) ${codec}/`).exec(offer) ?? [];
    return offer.replace(/(m=audio \d+ \S+) .*/, `$1 ${format}`);
  };
}

describe("audio and video by forwarding", () => {
  it.each(AUDIO.flatMap((audio) => VIDEO.map((video) => [audio, video] as const)))(
    "audio_video_sendrecv: %s and %s",
    async (audio, codec) => {
      const peer = await echo.call({ codec, changeOffer: onlyAudio(audio) });
      expect(await peer.audioCodec()).toBe(`audio/${audio}`);
      await echo.expectForwarded(peer, codec);
    },
  );

  it.each(AUDIO.flatMap((audio) => VIDEO.map((video) => [audio, video] as const)))(
    "audio_video_sendonly: %s and %s to a browser that only receives",
    async (audio, codec) => {
      const viewerEndpoint = await echo.pipeline.create("WebRtcEndpoint");
      await echo.endpoint.connect(viewerEndpoint);
      const options = { codec, changeOffer: onlyAudio(audio) };
      const camera = await echo.call({ ...options, receive: false });
      const viewer = await echo.watch(viewerEndpoint, { ...options, send: "nothing" });
      expect(await viewer.audioCodec()).toBe(`audio/${audio}`);
      await echo.expectForwarded(viewer, codec);
      await camera.page.context().close();
    },
  );
});
