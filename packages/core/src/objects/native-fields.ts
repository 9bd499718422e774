import type { NativeMap, NativeValue } from "../native/host.js";
import type { Format, Medium, OfferedStream } from "../graph/media.js";

/** Reading what native code sends: a field that is missing or of another type is a bug there, told by name. */

/** A text. @throws TypeError naming the field */
export function textField(data: NativeMap, name: string): string {
  const value = data[name];
  if (typeof value !== "string") throw fieldError(name, "a text");
  return value;
}

/** A number; 64-bit integers are rounded to what a double holds. @throws TypeError naming the field */
export function numberField(data: NativeMap, name: string): number {
  const value = data[name];
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "number") throw fieldError(name, "a number");
  return value;
}

/** A truth value. @throws TypeError naming the field */
export function flagField(data: NativeMap, name: string): boolean {
  const value = data[name];
  if (typeof value !== "boolean") throw fieldError(name, "a boolean");
  return value;
}

/** A map. @throws TypeError naming the field */
export function mapField(data: NativeMap, name: string): NativeMap {
  const value = data[name];
  if (!isNativeMap(value)) throw fieldError(name, "a map");
  return value;
}

/** A list. @throws TypeError naming the field */
export function listField(data: NativeMap, name: string): NativeValue[] {
  const value = data[name];
  if (!Array.isArray(value)) throw fieldError(name, "a list");
  return value;
}

/** `audio`, `video` or `data`. @throws TypeError naming the field */
export function mediumField(data: NativeMap, name: string): Medium {
  const value = data[name];
  if (value === "audio" || value === "video" || value === "data") return value;
  throw fieldError(name, "a medium");
}

/** True for a map of native values. */
export function isNativeMap(value: NativeValue | undefined): value is NativeMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/** The stream in a `sourceFormat` event; `undefined` when the source has none (any more). */
export function offeredStreamOf(data: NativeMap): OfferedStream | undefined {
  if (data["format"] === null || data["format"] === undefined) return undefined;
  const kind = textField(data, "kind");
  if (kind !== "rtp" && kind !== "frames") throw fieldError("kind", "rtp or frames");
  const makesKeyframes = data["makesKeyframes"] !== false;
  return { kind, format: formatOf(mapField(data, "format")), makesKeyframes };
}

/** A native format; absent numbers are 0. */
export function formatOf(data: NativeMap): Format {
  const parameters: Record<string, string> = {};
  const given = data["parameters"];
  for (const [name, value] of Object.entries(isNativeMap(given) ? given : {}))
    parameters[name] = String(value);
  return {
    codec: textField(data, "codec").toUpperCase(),
    clockRate: Number(data["clockRate"] ?? 0),
    channels: Number(data["channels"] ?? 0),
    parameters,
  };
}

function fieldError(name: string, wanted: string): TypeError {
  return new TypeError(`native field '${name}' should be ${wanted}`);
}
