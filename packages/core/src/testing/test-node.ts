import type {
  AcceptedStream,
  EncoderSettings,
  MediaNode,
  MediaOrigin,
  Medium,
  OfferedStream,
} from "../graph/media.js";
import type { NativeMap } from "../native/host.js";

/** An element as the planner sees it; what it is told is in `told`. */
export class TestNode implements MediaNode {
  readonly id: string;
  readonly owner = this;
  nativeId: string | undefined;
  transparent = false;
  comesFrom: MediaOrigin | undefined;
  offered: OfferedStream | undefined;
  accepted: AcceptedStream | undefined;
  codec: string | undefined;
  encoder: EncoderSettings = {};
  flowing = false;
  room?: () => Promise<number | undefined>;
  readonly told: string[] = [];

  constructor(
    id: string,
    state: Partial<Pick<TestNode, "transparent" | "offered" | "accepted" | "codec">> = {},
  ) {
    this.id = id;
    this.nativeId = state.transparent === true ? undefined : id;
    Object.assign(this, state);
  }

  nativeIdOf(): string | undefined {
    return this.nativeId;
  }
  through(): boolean {
    return this.transparent;
  }
  origin(): MediaOrigin | undefined {
    return this.comesFrom ?? { node: this, point: this.transparent ? "sink" : "source" };
  }
  sourceFormat(): OfferedStream | undefined {
    return this.offered;
  }
  accepts(): AcceptedStream | undefined {
    return this.accepted;
  }
  outputCodec(): string | undefined {
    return this.codec;
  }
  encoderSettings(): EncoderSettings {
    return this.encoder;
  }
  isOwnSourceFlowing(): boolean {
    return this.flowing;
  }
  onThroughFlow(medium: Medium, flowing: boolean): void {
    this.told.push(`${medium} through ${flowing}`);
  }
  onTranscoding(medium: Medium, transcoding: boolean): void {
    this.told.push(`${medium} ${transcoding ? "transcoding" : "as it is"}`);
  }
  onLinkError(medium: Medium, error: unknown): void {
    this.told.push(`${medium} ${String(error)}`);
  }
  onConverterError(data: NativeMap): void {
    this.told.push(`converter ${String(data["description"])}`);
  }
}
