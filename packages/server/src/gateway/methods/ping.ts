import type { Method } from "./method.js";

/** Shows that the server is there. */
export const ping: Method = async ({ params }) => {
  const sessionId = params.givenSession();
  return sessionId === undefined ? { value: "pong" } : { sessionId, value: "pong" };
};
