import { HubPortBase } from "../generated/hub-port.js";
import { dataFormat, media, rawFormat } from "../graph/media.js";
import type { AcceptedStream, MediaOrigin, Medium } from "../graph/media.js";
import type { ObjectContext } from "../model/object-context.js";
import { Hub } from "./hub.js";

/** One port of a hub: media of elements connected to it enters the hub, media of the hub leaves through it. */
export class HubPort extends HubPortBase {
  readonly #hub: Hub;

  constructor(context: ObjectContext) {
    super(context);
    if (!(context.parent instanceof Hub)) throw new TypeError(`port '${context.id}' has no hub`);
    this.#hub = context.parent;
  }

  override async initialize(): Promise<void> {
    const native = this.#hub.nativePort();
    if (native !== undefined) await this.createNative(native.className, native.params);
    for (const medium of media) if (this.#hub.mixes(medium)) this.setAccepts(medium, mixed(medium));
    this.#hub.addPort(this);
  }

  override through(medium: Medium): boolean {
    return !this.#hub.mixes(medium);
  }

  override origin(medium: Medium): MediaOrigin | undefined {
    return this.#hub.portOrigin(this, medium);
  }

  override onThroughFlow(medium: Medium, flowing: boolean): void {
    this.activity.setFlowing("in", medium, flowing);
    this.#hub.updateFlow(medium);
  }

  /** Says whether media leaves the port now, where that is not the port's own native object's to say. */
  updateFlowOut(medium: Medium): void {
    const origin = this.origin(medium);
    if (origin?.node === this && origin.point === "source") return;
    this.activity.setFlowing("out", medium, origin !== undefined && isFlowing(origin, medium));
  }

  override async release(): Promise<void> {
    this.#hub.removePort(this);
    await super.release();
  }

  /** Whether media enters the port. */
  isEntering(medium: Medium): boolean {
    return this.activity.isFlowing("in", medium);
  }
}

function mixed(medium: Medium): AcceptedStream {
  if (medium === "data") return { kind: "data", formats: [dataFormat] };
  return { kind: "frames", formats: [rawFormat] };
}

function isFlowing({ node, point }: MediaOrigin, medium: Medium): boolean {
  if (point === "source") return node.isOwnSourceFlowing(medium);
  return node instanceof HubPort && node.isEntering(medium);
}
