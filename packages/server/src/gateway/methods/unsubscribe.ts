import type { Method } from "./method.js";

/** Ends one subscription; unknown ones are ignored. */
export const unsubscribe: Method = async ({ params, state }) => {
  const object = params.text("object");
  const subscription = params.text("subscription");
  const sessionId = params.text("sessionId");
  state.subscriptions.remove(object, sessionId, subscription);
  state.sessions.touch(sessionId);
  return { sessionId };
};
