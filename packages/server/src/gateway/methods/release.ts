import type { Method } from "./method.js";

/** Releases an object with all below it, for everybody; unknown ones are ignored. */
export const release: Method = async ({ params, state, afterResponse }) => {
  const record = state.registry.find(params.text("object"));
  const sessionId = params.session();
  state.sessions.touch(sessionId);
  if (record !== undefined) afterResponse(state.objects.release(record));
  return { sessionId };
};
