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
    "%s and %s",
    async (audio, codec) => {
      const peer = await echo.call({ codec, changeOffer: onlyAudio(audio) });
      expect(await peer.audioCodec()).toBe(`audio/${audio}`);
      await echo.expectForwarded(peer, codec);
    },
  );
});
