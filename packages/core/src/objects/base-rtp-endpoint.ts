import { BaseRtpEndpointBase } from "../generated/base-rtp-endpoint.js";
import type { ConnectionState, MediaState, RembParams } from "../generated/types.js";
import type { Format, Medium } from "../graph/media.js";
import { KurentoError } from "../model/errors.js";
import type { ObjectContext } from "../model/object-context.js";
import type { NativeMap } from "../native/host.js";
import { textField } from "./native-fields.js";

const defaultMtu = 1200;
/** What the branches that make packets can do: below there is no use, above it would not fit into a frame of Ethernet. */
const mtuRange = { least: 200, most: 1400 };
const rembDefaults: RembParams = {
  packetsRecvIntervalTop: 100,
  exponentialFactor: 0.04,
  linealFactorMin: 100,
  linealFactorGrade: 30,
  decrementFactor: 0.5,
  thresholdFactor: 0.8,
  upLosses: 12,
  rembOnConnect: 300_000,
};

/** What Kurento computes with until parameters are set; its `linealFactorMin` differs from the one it then fills in. */
const rembRunning = { ...rembDefaults, linealFactorMin: 50 };

/** What is sent in a stream of an RTP endpoint. */
export interface SentFormats {
  readonly medium: Medium;
  /** Which stream of that medium. */
  readonly number: number;
  readonly formats: readonly Format[];
}

/** Bandwidth limits, states and keyframe requests that RTP endpoints share. Bandwidths are in kbps. */
export abstract class BaseRtpEndpoint extends BaseRtpEndpointBase {
  #minVideoRecvBandwidth = 0;
  #minVideoSendBandwidth = 100;
  #maxVideoSendBandwidth = 500;
  readonly #sent = new Map<string, SentFormats>();
  #mtu: number;
  #rembParams: RembParams = {};
  #mediaState: MediaState = "DISCONNECTED";
  #connectionState: ConnectionState = "DISCONNECTED";

  constructor(context: ObjectContext) {
    super(context);
    this.#mtu = context.config.integer("kurento.BaseRtpEndpoint", "mtu") ?? defaultMtu;
    this.handleNative("mediaStateChanged", (data) =>
      this.setMediaState(stateOf(textField(data, "state"))),
    );
  }

  /** Kurento's getter answers with the minimum for sending; clients see that number since 6.x, so it stays. */
  getMinVideoRecvBandwidth(): number {
    return this.#minVideoSendBandwidth;
  }

  async setMinVideoRecvBandwidth(minVideoRecvBandwidth: number): Promise<void> {
    this.#minVideoRecvBandwidth = minVideoRecvBandwidth;
    await this.bandwidthChanged();
  }

  /** The minimum that {@link setMinVideoRecvBandwidth} stored, never above the maximum if there is one. */
  protected get minVideoRecvBandwidth(): number {
    const max = this.getMaxVideoRecvBandwidth();
    return max > 0 ? Math.min(this.#minVideoRecvBandwidth, max) : this.#minVideoRecvBandwidth;
  }

  getMinVideoSendBandwidth(): number {
    return this.#minVideoSendBandwidth;
  }

  /** Clamped to the maximum; negative values are ignored, as in Kurento. */
  async setMinVideoSendBandwidth(minVideoSendBandwidth: number): Promise<void> {
    if (minVideoSendBandwidth < 0) return;
    this.#minVideoSendBandwidth = Math.min(minVideoSendBandwidth, this.#maxVideoSendBandwidth);
    await this.bandwidthChanged();
  }

  getMaxVideoSendBandwidth(): number {
    return this.#maxVideoSendBandwidth;
  }

  /** 0 or less = unlimited; otherwise not below the minimum. */
  async setMaxVideoSendBandwidth(maxVideoSendBandwidth: number): Promise<void> {
    const isLimit = maxVideoSendBandwidth > 0;
    this.#maxVideoSendBandwidth = isLimit
      ? Math.max(maxVideoSendBandwidth, this.#minVideoSendBandwidth)
      : maxVideoSendBandwidth;
    await this.bandwidthChanged();
  }

  override async setMaxVideoRecvBandwidth(maxVideoRecvBandwidth: number): Promise<void> {
    await super.setMaxVideoRecvBandwidth(maxVideoRecvBandwidth);
    await this.bandwidthChanged();
  }

  getMtu(): number {
    return this.#mtu;
  }

  /** Of RTP packets that are made for this endpoint, in bytes with their header; kept as given, and used within 200..1400. */
  setMtu(mtu: number): void {
    this.#mtu = mtu;
    for (const sent of [...this.#sent.values()]) this.setSent(sent);
  }

  /** Says what is sent to the peer in one of the streams: formats, the best first; none while nothing is. */
  protected setSent(sent: SentFormats): void {
    const { medium, number, formats } = sent;
    this.#sent.set(`${medium}:${number}`, sent);
    const mtu = Math.min(Math.max(this.#mtu, mtuRange.least), mtuRange.most);
    this.setAccepts(medium, { kind: "rtp", formats, mtu }, number);
  }

  /** Empty until set. */
  getRembParams(): RembParams {
    return this.#rembParams;
  }

  /** Fields not given take their defaults, whatever was set before. */
  async setRembParams(rembParams: RembParams): Promise<void> {
    this.#rembParams = { ...rembDefaults, ...rembParams };
    await this.bandwidthChanged();
  }

  /** The limits and REMB parameters in force, as the argument of the native method `setBandwidth`. */
  protected get bandwidth(): NativeMap {
    const kbps = (value: number): number => Math.max(0, value);
    return {
      minVideoSendKbps: kbps(this.#minVideoSendBandwidth),
      maxVideoSendKbps: kbps(this.#maxVideoSendBandwidth),
      minVideoReceiveKbps: kbps(this.minVideoRecvBandwidth),
      maxVideoReceiveKbps: kbps(this.getMaxVideoRecvBandwidth()),
      remb: { ...rembRunning, ...this.#rembParams },
    };
  }

  /** A limit or REMB parameter has another value. Endpoints whose native part controls bandwidth tell it. */
  protected async bandwidthChanged(): Promise<void> {}

  getMediaState(): MediaState {
    return this.#mediaState;
  }

  getConnectionState(): ConnectionState {
    return this.#connectionState;
  }

  /** @throws KurentoError 40111 when nothing sends media to this endpoint */
  async requestKeyframe(): Promise<void> {
    if (this.getSourceConnections("VIDEO").length === 0) {
      const text = "Keyframe request failed (must be requested from a subscriber element)";
      throw new KurentoError("MEDIA_OBJECT_OPERATION_NOT_SUPPORTED", text);
    }
    await this.callNative("requestKeyframe");
  }

  /** Keeps the state and emits `MediaStateChanged` on a change. */
  protected setMediaState(newState: MediaState): void {
    const oldState = this.#mediaState;
    if (newState === oldState) return;
    this.#mediaState = newState;
    this.emitMediaStateChanged({ oldState, newState });
  }

  /** Keeps the state and emits `ConnectionStateChanged` on a change. */
  protected setConnectionState(newState: ConnectionState): void {
    const oldState = this.#connectionState;
    if (newState === oldState) return;
    this.#connectionState = newState;
    this.emitConnectionStateChanged({ oldState, newState });
  }

  protected override hasEndpointStats(): boolean {
    return true;
  }
}

function stateOf(state: string): MediaState {
  return state === "CONNECTED" ? "CONNECTED" : "DISCONNECTED";
}
