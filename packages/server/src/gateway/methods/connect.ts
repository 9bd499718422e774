import type { Method } from "./method.js";

/** Starts a session, or goes on with one: unknown ones are refused with 40007. */
export const connect: Method = async ({ params, state }) => {
  const given = params.givenSession();
  if (given !== undefined) state.sessions.keepAlive(given);
  return { serverId: state.serverId, sessionId: params.session() };
};
