import { KurentoError } from "@kms/core";
import type { HubPort, MediaOrigin, MediaType, Medium, NativePort, ObjectContext } from "@kms/core";
import { MixerBase } from "../generated/mixer.js";
import { HubSource } from "./hub-source.js";
import { PortRoutes } from "./port-routes.js";

const refusal = "Can not connect video ports";

/** Mixes, for each port, the audio of those connected to it. Video goes past it, from one port to others. */
export class Mixer extends MixerBase {
  readonly #source: HubSource;
  readonly #video = new PortRoutes();

  constructor(context: ObjectContext) {
    super(context);
    this.#source = new HubSource(context, (medium) => this.sourceChanged(medium));
  }

  override async initialize(): Promise<void> {
    await this.#source.native.create("Mixer", {});
  }

  /** @throws KurentoError 40005 for DATA, 40004 for a port of another hub */
  async connect(media: MediaType, source: HubPort, sink: HubPort): Promise<void> {
    if (media === "DATA") throw new KurentoError("UNSUPPORTED_MEDIA_TYPE", "Invalid media type");
    this.requireOwn(refusal, source, sink);
    if (media === "AUDIO") return this.#callAudio("connectAudio", source, sink);
    this.#video.set(sink, source);
    await this.portsChanged();
  }

  /** @throws KurentoError 40005 for DATA and VIDEO, 40004 for a port of another hub */
  async disconnect(media: MediaType, source: HubPort, sink: HubPort): Promise<void> {
    if (media === "DATA") throw new KurentoError("UNSUPPORTED_MEDIA_TYPE", "Invalid media type");
    if (media === "VIDEO") {
      const text = "Video disconnection is not implemented yet"; // Kurento's answer, word for word
      throw new KurentoError("UNSUPPORTED_MEDIA_TYPE", text);
    }
    this.requireOwn(refusal, source, sink);
    await this.#callAudio("disconnectAudio", source, sink);
  }

  override mixes(medium: Medium): boolean {
    return medium === "audio";
  }

  override nativePort(): NativePort {
    return this.#source.port;
  }

  override portOrigin(port: HubPort, medium: Medium): MediaOrigin | undefined {
    if (medium === "audio") return { node: port, point: "source" };
    return medium === "video" ? this.#video.origin(port) : undefined;
  }

  override async release(): Promise<void> {
    await this.#source.native.release();
  }

  protected override portRemoved(port: HubPort): void {
    this.#video.remove(port);
  }

  async #callAudio(method: string, source: HubPort, sink: HubPort): Promise<void> {
    await this.#source.native.call(method, { source: source.id, sink: sink.id });
  }
}
