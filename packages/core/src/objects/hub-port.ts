import { HubPortBase } from "../generated/hub-port.js";

/** One port of a hub: media of elements connected to it enters the hub, media of the hub leaves through it. */
export class HubPort extends HubPortBase {}
