// A response repeats the request's id and session. Transcripts leave out what is repeated.
import { isObject, type Json, type JsonObject } from "./json.js";

/** The response without what it repeats of its request. */
export function withoutEcho(request: JsonObject | undefined, response: JsonObject): JsonObject {
  const { id = null, ...members } = response;
  const named = request?.["id"] === id ? members : { ...members, id };
  const session = sessionOf(request);
  const { result } = named as { readonly result?: Json };
  if (session === undefined || !isObject(result)) return named;
  const { sessionId, ...rest } = result;
  if (sessionId === undefined) throw new Error(`response without the session ${String(session)}`);
  return sessionId === session ? { ...named, result: rest } : named;
}

/** The whole response of which `withoutEcho` left this. */
export function withEcho(request: JsonObject | undefined, response: Json): Json {
  if (!isObject(response) || "closed" in response) return response;
  const { result } = response;
  const session = sessionOf(request);
  const lacksSession = isObject(result) && !("sessionId" in result) && session !== undefined;
  const whole = lacksSession
    ? { ...response, result: { ...result, sessionId: session } }
    : response;
  return "id" in whole ? whole : { ...whole, id: request?.["id"] ?? null };
}

function sessionOf(request: JsonObject | undefined): Json | undefined {
  const { params } = (request ?? {}) as { readonly params?: Json };
  const session = isObject(params) ? params["sessionId"] : undefined;
  return typeof session === "string" ? session : undefined;
}
