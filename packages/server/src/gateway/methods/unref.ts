import type { Method } from "./method.js";

/** The session no longer uses the object; what nobody uses is released. Unknown objects are ignored. */
export const unref: Method = async ({ params, state, afterResponse }) => {
  const record = state.registry.find(params.text("object"));
  const sessionId = params.text("sessionId");
  state.sessions.touch(sessionId);
  const unused = record === undefined ? [] : state.sessions.unreference(sessionId, record);
  for (const each of unused) afterResponse(state.objects.release(each));
  return { sessionId };
};
