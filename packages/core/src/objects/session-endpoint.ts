import { SessionEndpointBase } from "../generated/session-endpoint.js";

/** An endpoint with a session: it starts, and may end. */
export abstract class SessionEndpoint extends SessionEndpointBase {}
