import { describe, expect, it } from "vitest";

import { formatKey, isCompatible } from "./formats.js";
import type { Format } from "./media.js";

function format(
  codec: string,
  parameters: Record<string, string> = {},
  clockRate = 90000,
  channels = 0,
): Format {
  return { codec, clockRate, channels, parameters };
}

const h264 = (profile: string, mode: string): Format =>
  format("H264", { "profile-level-id": profile, "packetization-mode": mode });

describe("isCompatible", () => {
  it.each<[string, Format, Format, boolean]>([
    ["another codec", format("VP8"), format("VP9"), false],
    ["the same codec", format("VP8"), format("VP8"), true],
    ["H264: equal", h264("42e01f", "1"), h264("42e01f", "1"), true],
    ["H264: another level", h264("42e01f", "1"), h264("42e034", "1"), true],
    ["H264: mode 0 where 1 was agreed", h264("42e01f", "0"), h264("42e01f", "1"), true],
    ["H264: mode 1 where 0 was agreed", h264("42e01f", "1"), h264("42e01f", "0"), false],
    [
      "H264: constrained baseline where high was agreed",
      h264("42e01f", "1"),
      h264("640c1f", "1"),
      true,
    ],
    [
      "H264: high where constrained baseline was agreed",
      h264("64001f", "1"),
      h264("42e01f", "1"),
      false,
    ],
    ["H264: two spellings of constrained baseline", h264("4d8014", "1"), h264("42e01f", "1"), true],
    ["H264: no parameters", format("H264"), h264("42e01f", "1"), true],
    ["VP9: profile 0 by default", format("VP9"), format("VP9", { "profile-id": "0" }), true],
    ["VP9: profile 2", format("VP9", { "profile-id": "2" }), format("VP9"), false],
    [
      "AV1: another profile",
      format("AV1", { profile: "1" }),
      format("AV1", { profile: "0" }),
      false,
    ],
    ["OPUS: mono", format("OPUS", {}, 48000, 1), format("OPUS", {}, 48000, 2), true],
    ["PCMU: another clock", format("PCMU", {}, 8000, 1), format("PCMU", {}, 16000, 1), false],
    ["PCMU: unknown clock", format("PCMU", {}, 0, 1), format("PCMU", {}, 8000, 1), true],
  ])("%s", (_name, source, accepted, expected) => {
    expect(isCompatible(source, accepted)).toBe(expected);
  });
});

describe("formatKey", () => {
  it("does not depend on the order of parameters", () => {
    expect(formatKey(format("H264", { a: "1", b: "2" }))).toBe(
      formatKey(format("H264", { b: "2", a: "1" })),
    );
    expect(formatKey(format("H264", { a: "1" }))).not.toBe(formatKey(format("H264", { a: "2" })));
  });
});
