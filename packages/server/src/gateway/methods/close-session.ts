import type { Method } from "./method.js";

/** Ends a session: what only it used is released, with `release: true` also what others use. */
export const closeSession: Method = async ({ params, state, afterResponse }) => {
  const sessionId = params.text("sessionId");
  const used = params.flag("release") ? state.sessions.objectsOf(sessionId) : [];
  const unused = state.sessions.close(sessionId);
  state.subscriptions.removeSession(sessionId);
  for (const record of [...used, ...unused]) {
    // One that lay below an earlier one is gone with it.
    if (state.registry.find(record.id) !== undefined) afterResponse(state.objects.release(record));
  }
  return null;
};
