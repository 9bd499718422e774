import type { Method } from "./method.js";

/** Keeps a session for another period; unknown ones are refused with 40007. */
export const keepAlive: Method = async ({ params, state }) => {
  const sessionId = params.text("sessionId");
  state.sessions.keepAlive(sessionId);
  return { sessionId };
};
