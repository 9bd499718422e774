import { BaseRtpEndpointBase } from "../generated/base-rtp-endpoint.js";
import type { ConnectionState, MediaState, RembParams } from "../generated/types.js";
import { KurentoError } from "../model/errors.js";
import type { ObjectContext } from "../model/object-context.js";
import { textField } from "./native-fields.js";

const defaultMtu = 1200;
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

/** Bandwidth limits, states and keyframe requests that RTP endpoints share. Bandwidths are in kbps. */
export abstract class BaseRtpEndpoint extends BaseRtpEndpointBase {
  #minVideoRecvBandwidth = 0;
  #minVideoSendBandwidth = 100;
  #maxVideoSendBandwidth = 500;
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

  setMinVideoRecvBandwidth(minVideoRecvBandwidth: number): void {
    this.#minVideoRecvBandwidth = minVideoRecvBandwidth;
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
  setMinVideoSendBandwidth(minVideoSendBandwidth: number): void {
    if (minVideoSendBandwidth < 0) return;
    this.#minVideoSendBandwidth = Math.min(minVideoSendBandwidth, this.#maxVideoSendBandwidth);
  }

  getMaxVideoSendBandwidth(): number {
    return this.#maxVideoSendBandwidth;
  }

  /** 0 or less = unlimited; otherwise not below the minimum. */
  setMaxVideoSendBandwidth(maxVideoSendBandwidth: number): void {
    const isLimit = maxVideoSendBandwidth > 0;
    this.#maxVideoSendBandwidth = isLimit
      ? Math.max(maxVideoSendBandwidth, this.#minVideoSendBandwidth)
      : maxVideoSendBandwidth;
  }

  getMtu(): number {
    return this.#mtu;
  }

  setMtu(mtu: number): void {
    this.#mtu = mtu;
  }

  /** Empty until set. */
  getRembParams(): RembParams {
    return this.#rembParams;
  }

  /** Fields not given take their defaults, whatever was set before. */
  setRembParams(rembParams: RembParams): void {
    this.#rembParams = { ...rembDefaults, ...rembParams };
  }

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
