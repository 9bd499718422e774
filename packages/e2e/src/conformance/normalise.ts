// The normal form of responses and events, made of what Kurento sent and of what our server sends: what differs from run to
// run becomes a word in angle brackets, long texts become what matters of them.
import { isObject, type Json, type JsonObject } from "./json.js";
import { sdpShape } from "./sdp-shape.js";

/** Members whose values differ from run to run. */
const VARYING: ReadonlySet<string> = new Set([
  "timestampMillis",
  "generationTime",
  "version",
  "description",
  "duration",
  "seekableEnd",
  "binName",
]);

/** Operations whose results differ from run to run. */
const VARYING_RESULTS: ReadonlySet<Json | undefined> = new Set([
  "getCreationTime",
  "getUsedMemory",
  "getUsedCpu",
  "getCpuCount",
  "getPosition",
  "getCertificate",
  "getUrl",
]);

/** The normal form of the response to a request. */
export function normaliseResponse(request: JsonObject | undefined, response: Json): Json {
  if (!isObject(response)) return response;
  const params = isObject(request?.["params"]) ? request["params"] : {};
  const { jsonrpc: _, ...members } = response;
  const result = isObject(members["result"])
    ? { result: normaliseResult(params["operation"], members["result"]) }
    : {};
  return { ...members, ...result };
}

function normaliseResult(operation: Json | undefined, result: JsonObject): JsonObject {
  const { value } = result;
  if (value === undefined) return result;
  if (operation === "getKmd") return { ...result, value: isKmd(value) ? "<kmd>" : value };
  if (operation === "getStats") return { ...result, value: statsShape(value) };
  if (VARYING_RESULTS.has(operation)) return { ...result, value: shape(value) };
  return { ...result, value: normalise(value) };
}

/** The normal form of the data of an event. */
export function normalise(value: Json): Json {
  if (typeof value === "string") return normaliseText(value);
  if (Array.isArray(value)) return value.map((item: Json) => normalise(item));
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => name !== "jsonrpc");
  return Object.fromEntries(
    members.map(([name, member]) => [name, VARYING.has(name) ? shape(member) : normalise(member)]),
  );
}

/** Names and types of members, without any values. */
export function shape(value: Json): Json {
  if (Array.isArray(value)) return value.slice(0, 1).map((item: Json) => shape(item));
  if (value === null) return null;
  if (!isObject(value)) return `<${typeof value}>`;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]));
}

function normaliseText(text: string): Json {
  if (text.startsWith("v=0")) return { "<sdp>": sdpShape(text) };
  return text.startsWith("digraph") ? "<graph>" : text;
}

// Recordings hold a remark in place of the text.
function isKmd(value: Json): boolean {
  if (typeof value !== "string") return false;
  return value.startsWith("<KMD") || value.startsWith("{");
}

/** Statistics as the members of each type that occurs. */
function statsShape(value: Json): Json {
  if (!isObject(value)) return value;
  const types = Object.values(value).map((stats) => {
    const members = isObject(stats) ? stats : {};
    return [String(members["__type__"]), Object.keys(members).sort()] as const;
  });
  return { "<stats>": Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1))) };
}
