import { HttpEndpointBase } from "../generated/http-endpoint.js";

/** An endpoint whose peer reaches it at an address of the server's HTTP listener. */
export abstract class HttpEndpoint extends HttpEndpointBase {}
