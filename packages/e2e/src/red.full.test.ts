// Redundant audio (RFC 2198), which is passed on as it is where the configuration names it.
import { expect, it } from "vitest";
import { EchoCall } from "./support/echo-call.js";

const AUDIO_CODECS = ["opus", "red"].map((name) => ({ name: `${name}/48000/2` }));

const echo = new EchoCall({ modules: { kurento: { SdpEndpoint: { audioCodecs: AUDIO_CODECS } } } });

/** Puts the format of redundant audio before the one that it repeats. */
function redFirst(offer: string): string {
  const [, red = ""] = /a=rtpmap:(\d+) red\/48000\/2/.exec(offer) ?? [];
  const [, opus = ""] = /a=rtpmap:(\d+) opus\/48000\/2/.exec(offer) ?? [];
  return offer.replace(/(m=audio \d+ \S+) .*/, `$1 ${red} ${opus}`);
}

it("redundant_ext: a browser's redundant audio comes back, and its copies are not needed", async () => {
  const peer = await echo.call({ send: "microphone", changeOffer: redFirst });
  const answer = await echo.endpoint.getLocalSessionDescriptor();
  expect(answer).toMatch(/m=audio \d+ \S+ (\d+) (\d+)[^]*a=fmtp:\1 \2\/\2/);
  await peer.discardsAudioPackets(20);
  await peer.page.context().close();
});
