import type { HubPort, MediaOrigin, Medium, NativePort, ObjectContext } from "@kms/core";
import { CompositeBase } from "../generated/composite.js";
import type { CompositeParams } from "../generated/composite.js";
import { HubSource } from "./hub-source.js";

const defaults = { width: 800, height: 600, framerate: 15 } as const;

/** Shows the video of its ports in one picture, which one encoder makes for all viewers, and mixes their audio. */
export class Composite extends CompositeBase {
  readonly #source: HubSource;
  readonly #params: CompositeParams;

  constructor(context: ObjectContext, params: CompositeParams) {
    super(context);
    this.#params = params;
    this.#source = new HubSource(context, (medium) => this.sourceChanged(medium));
    this.#source.native.handle("error", (data) => this.emitNativeError(data));
  }

  /** @throws KurentoError 40107 for a size that is not from 1 to 8192, or a rate that is not from 1 to 240 */
  override async initialize(): Promise<void> {
    await this.#source.native.create("Composite", {
      width: this.#setting("width"),
      height: this.#setting("height"),
      framerate: this.#setting("framerate"),
    });
  }

  override mixes(_medium: Medium): boolean {
    return true;
  }

  override nativePort(): NativePort {
    return this.#source.port;
  }

  override portOrigin(port: HubPort, medium: Medium): MediaOrigin {
    return { node: medium === "audio" ? port : this.#source, point: "source" };
  }

  override async release(): Promise<void> {
    await this.#source.native.release();
  }

  #setting(name: keyof typeof defaults): number {
    const given = this.#params[name];
    if (given !== 0) return given;
    return this.context.config.integer("kurento.Composite", name) ?? defaults[name];
  }
}
