import type { Method } from "./method.js";

/** The session uses the object from now on. */
export const ref: Method = async ({ params, state }) => {
  const object = params.text("object");
  const sessionId = params.text("sessionId");
  state.objects.resolve(sessionId, object);
  return { sessionId };
};
