import type { HubPort, MediaOrigin } from "@kms/core";

/** Which port's media comes out of which other port: one source for each sink. */
export class PortRoutes {
  readonly #sources = new Map<HubPort, HubPort>();

  /** Takes the place of an earlier source of that sink. */
  set(sink: HubPort, source: HubPort): void {
    this.#sources.set(sink, source);
  }

  /** Where what leaves the port comes from. */
  origin(sink: HubPort): MediaOrigin | undefined {
    const source = this.#sources.get(sink);
    return source && { node: source, point: "sink" };
  }

  /** Ends all routes from and to the port. */
  remove(port: HubPort): void {
    this.#sources.delete(port);
    for (const [sink, source] of this.#sources) if (source === port) this.#sources.delete(sink);
  }
}
