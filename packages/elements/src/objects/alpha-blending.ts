import type { HubPort, MediaOrigin, Medium, NativePort, ObjectContext } from "@kms/core";
import { AlphaBlendingBase } from "../generated/alpha-blending.js";
import { HubSource } from "./hub-source.js";

type PlaceParams = Parameters<AlphaBlendingBase["setPortProperties"]>;

/** Lays the video of its ports over each other in a picture of the master's size, and mixes their audio. */
export class AlphaBlending extends AlphaBlendingBase {
  readonly #source: HubSource;

  constructor(context: ObjectContext) {
    super(context);
    this.#source = new HubSource(context, (medium) => this.sourceChanged(medium));
    this.#source.native.handle("error", (data) => this.emitNativeError(data));
  }

  override async initialize(): Promise<void> {
    await this.#source.native.create("AlphaBlending", {});
  }

  /** @throws KurentoError 40004 for a port of another hub */
  async setMaster(source: HubPort, zOrder: number): Promise<void> {
    this.requireOwn("Can not connect ports", source);
    await this.#source.native.call("setMaster", { source: source.id, zOrder });
  }

  /** @throws KurentoError 40004 for a port of another hub */
  async setPortProperties(...params: PlaceParams): Promise<void> {
    const [relativeX, relativeY, zOrder, relativeWidth, relativeHeight, port] = params;
    this.requireOwn("Can not connect ports", port);
    const place = { relativeX, relativeY, zOrder, relativeWidth, relativeHeight };
    await this.#source.native.call("setPortProperties", { ...place, port: port.id });
  }

  override mixes(medium: Medium): boolean {
    return medium !== "data";
  }

  override nativePort(): NativePort {
    return this.#source.port;
  }

  override portOrigin(port: HubPort, medium: Medium): MediaOrigin | undefined {
    if (medium === "data") return undefined;
    return { node: medium === "audio" ? port : this.#source, point: "source" };
  }

  override async release(): Promise<void> {
    await this.#source.native.release();
  }
}
