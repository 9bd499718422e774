import type { AcceptedStream, Format, OfferedStream } from "./media.js";

/** True when a stream of format `source` may be sent, as it is, where `accepted` was agreed on. */
export function isCompatible(source: Format, accepted: Format): boolean {
  if (source.codec !== accepted.codec) return false;
  const check = parameterChecks.get(source.codec);
  return check === undefined ? sameSampling(source, accepted) : check(source, accepted);
}

/** The first accepted format that the stream may be sent as without a codec change. */
export function compatibleFormat(source: Format, accepted: AcceptedStream): Format | undefined {
  return accepted.formats.find((format) => isCompatible(source, format));
}

/** Text that is equal for equal formats. */
export function formatKey(format: Format): string {
  const parameters = Object.entries(format.parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([format.codec, format.clockRate, format.channels, parameters]);
}

/** True when both describe the same stream. */
export function sameStream(a: OfferedStream | undefined, b: OfferedStream | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.kind === b.kind && formatKey(a.format) === formatKey(b.format);
}

type Check = (source: Format, accepted: Format) => boolean;

const parameterChecks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["H264", isCompatibleH264],
  ["VP9", sameParameter("profile-id", "0")],
  ["AV1", sameParameter("profile", "0")],
  ["H265", sameParameter("profile-id", "1")],
  // RFC 7587 4.1: always 48 kHz and 2 channels in the SDP, whatever the stream holds.
  ["OPUS", () => true],
  ["RAW", () => true],
]);

function sameSampling(source: Format, accepted: Format): boolean {
  return (
    sameOrUnknown(source.clockRate, accepted.clockRate) &&
    sameOrUnknown(source.channels, accepted.channels)
  );
}

function sameOrUnknown(a: number, b: number): boolean {
  return a === b || a === 0 || b === 0;
}

function sameParameter(name: string, fallback: string): Check {
  return (source, accepted) =>
    (source.parameters[name] ?? fallback) === (accepted.parameters[name] ?? fallback);
}

// Single NAL unit mode is a subset of non-interleaved mode (RFC 6184 6.2, 6.3), and every profile's decoder reads
// constrained baseline (H.264 A.2), so both may be sent where more was agreed on.
function isCompatibleH264(source: Format, accepted: Format): boolean {
  if (packetizationMode(source) > packetizationMode(accepted)) return false;
  const profile = h264Profile(source);
  return profile === "constrained-baseline" || profile === h264Profile(accepted);
}

function packetizationMode(format: Format): number {
  return Number(format.parameters["packetization-mode"] ?? "0");
}

// RFC 6184 8.1: without the parameter, baseline is meant; in practice senders then mean the constrained one.
const defaultProfileLevelId = "42e01f";

/** RFC 6184 8.1, table 5: profile_idc and profile-iop to the profile's name. */
function h264Profile(format: Format): string {
  const id = (format.parameters["profile-level-id"] ?? defaultProfileLevelId).toLowerCase();
  const idc = id.slice(0, 2);
  const iop = Number.parseInt(id.slice(2, 4), 16);
  const bit = (index: number): boolean => (iop & (0x80 >> index)) !== 0;
  if (idc === "42" && bit(1)) return "constrained-baseline";
  if (idc === "4d" && bit(0)) return "constrained-baseline";
  if (idc === "58" && bit(0) && bit(1)) return "constrained-baseline";
  return idc === "64" && bit(4) && bit(5) ? "constrained-high" : idc;
}
