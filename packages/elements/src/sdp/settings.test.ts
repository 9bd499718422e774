import { ModuleConfig } from "@kms/core";
import { describe, expect, it } from "vitest";
import { mayOfferAgain, readCapabilities } from "./settings.js";

function config(settings: object): ModuleConfig {
  return new ModuleConfig({ kurento: { SdpEndpoint: { ...settings } } });
}

function offered(settings: object): string[] {
  let next = 96;
  const { codecs } = readCapabilities(config(settings), false);
  const kinds = ["audio", "video"] as const;
  return kinds
    .flatMap((kind) => codecs.offered(kind, () => next++, false))
    .map(({ codec, payloadType }) => `${codec} ${payloadType}`);
}

describe("readCapabilities", () => {
  it("codec_parsing: offers the configured codecs that it knows, in their order", () => {
    const audioCodecs = [{ name: "PCMA/8000" }, { name: "OPUS/48000/2" }, { name: "AMR/8000" }];
    const videoCodecs = [{ name: "vp9/90000" }, { name: "H263-1998/90000" }, { name: "VP8/90000" }];
    expect(offered({ audioCodecs, videoCodecs })).toEqual([
      "PCMA 8",
      "OPUS 96",
      "VP9 97",
      "VP8 98",
    ]);
    expect(offered({ audioCodecs: [], videoCodecs: [] })).toEqual([]);
  });

  it("offers its own order when nothing is configured", () => {
    expect(offered({})).toEqual(
      ["OPUS 96", "PCMU 0", "PCMA 8"].concat(["VP8 97", "H264 98", "VP9 99", "AV1 100"]),
    );
  });

  it.each([
    [[{ name: "opus" }], "audioCodecs: 'opus' is not <name>/<clock rate>[/<channels>]"],
    [[{ name: "opus/48000/2/1" }], "audioCodecs: 'opus/48000/2/1' is not"],
    [[{ name: 5 }], "audioCodecs: each codec needs a name"],
    ["opus/48000/2", "audioCodecs: a list is needed"],
  ])("refuses %j with 40207", (audioCodecs, message) => {
    const read = (): unknown => readCapabilities(config({ audioCodecs }), false);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 40207 }));
  });

  it.each([
    [{}, { audio: 1, video: 1 }],
    [
      { numAudioMedias: 0, numVideoMedias: "2" },
      { audio: 0, video: 2 },
    ],
    [
      { numAudioMedias: -1, numVideoMedias: 1000 },
      { audio: 0, video: 32 },
    ],
  ])("with %j takes %j m-lines", (settings, expected) => {
    expect(readCapabilities(config(settings), false).mediaCount).toEqual(expected);
  });

  it("offers again only where that is set", () => {
    expect(mayOfferAgain(config({}))).toBe(false);
    expect(mayOfferAgain(config({ renegotiation: "true" }))).toBe(true);
  });
});
