import { EndpointBase } from "../generated/endpoint.js";
import type { MediaType, Stats } from "../generated/types.js";
import { elementStats } from "./element-stats.js";

/** An element through which media enters or leaves the server. */
export abstract class Endpoint extends EndpointBase {
  override async getStats(mediaType?: MediaType): Promise<Record<string, Stats>> {
    if (!this.hasEndpointStats()) return super.getStats(mediaType);
    if (!this.pipeline.getLatencyStats()) return {};
    return { [this.id]: elementStats(this.id, "endpoint", this.context.clock) };
  }

  /** True for endpoints that report end-to-end latency, as RTP endpoints and recorders do. */
  protected hasEndpointStats(): boolean {
    return false;
  }
}
