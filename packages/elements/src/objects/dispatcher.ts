import type { HubPort, MediaOrigin, Medium } from "@kms/core";
import { DispatcherBase } from "../generated/dispatcher.js";
import { PortRoutes } from "./port-routes.js";

/** Hands the media of a port on to other ports. It moves no media itself: links go past it. */
export class Dispatcher extends DispatcherBase {
  readonly #routes = new PortRoutes();

  /** @throws KurentoError 40004 for a port of another hub */
  async connect(source: HubPort, sink: HubPort): Promise<void> {
    this.requireOwn("Can not connect ports", source, sink);
    this.#routes.set(sink, source);
    await this.portsChanged();
  }

  override portOrigin(port: HubPort, _medium: Medium): MediaOrigin | undefined {
    return this.#routes.origin(port);
  }

  protected override portRemoved(port: HubPort): void {
    this.#routes.remove(port);
  }
}
