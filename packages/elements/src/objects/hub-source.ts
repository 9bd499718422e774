import { NativeObject, dataFormat, flagField, mediumField, offeredStreamOf } from "@kms/core";
import type {
  EncoderSettings,
  MediaNode,
  MediaOrigin,
  Medium,
  NativeMap,
  NativePort,
  ObjectContext,
  OfferedStream,
} from "@kms/core";

/** What leaves all ports of a hub alike, as the planner sees it: made by the hub's native object. */
export class HubSource implements MediaNode {
  readonly id: string;
  readonly native: NativeObject;
  readonly #offered = new Map<Medium, OfferedStream>();
  readonly #flowing = new Set<Medium>();

  /** @param onChange told when what is offered, or whether it flows, has changed */
  constructor(context: ObjectContext, onChange: (medium: Medium) => void) {
    this.id = context.id;
    this.native = new NativeObject(context);
    this.native.handle("sourceFormat", (data) => {
      const medium = mediumField(data, "medium");
      const offered = offeredStreamOf(data);
      if (offered !== undefined) this.#offered.set(medium, offered);
      onChange(medium);
    });
    this.native.handle("flow", (data) => onChange(this.#keepFlow(data)));
  }

  get owner(): MediaNode {
    return this;
  }

  nativeIdOf(): string | undefined {
    return this.native.id;
  }

  /** The native object of a port of the hub. */
  get port(): NativePort {
    return { className: "HubPort", params: { hub: this.id } };
  }

  through(): boolean {
    return false;
  }

  origin(): MediaOrigin {
    return { node: this, point: "source" };
  }

  sourceFormat(medium: Medium): OfferedStream | undefined {
    return medium === "data" ? { kind: "data", format: dataFormat } : this.#offered.get(medium);
  }

  accepts(): undefined {
    return undefined;
  }

  outputCodec(): undefined {
    return undefined;
  }

  /** Those of the port that the media leaves through count. */
  encoderSettings(): EncoderSettings {
    return {};
  }

  isOwnSourceFlowing(medium: Medium): boolean {
    return this.#flowing.has(medium);
  }

  // It is neither transparent nor an end of a connection.
  onThroughFlow(): void {}
  onTranscoding(): void {}
  onLinkError(): void {}
  onConverterError(): void {}

  #keepFlow(data: NativeMap): Medium {
    const medium = mediumField(data, "medium");
    if (flagField(data, "flowing")) this.#flowing.add(medium);
    else this.#flowing.delete(medium);
    return medium;
  }
}
