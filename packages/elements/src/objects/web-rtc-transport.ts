// One transport of a WebRtcEndpoint: its native object, and what is known of its ICE and DTLS. What is bundled shares the
// first one; m-lines that are not have one each.
import { mapField, textField } from "@kms/core";
import type { MediaType, NativeEventHandler, NativeMap, NativeValue, Stats } from "@kms/core";
import type {
  DtlsConnection,
  IceCandidate,
  IceCandidatePair,
  IceComponentState,
  IceConnection,
} from "../generated/types.js";
import {
  DtlsConnectionState,
  IceComponentState as iceComponentStates,
} from "../generated/types.js";
import { LocalCandidates } from "./ice-candidates.js";
import type { CandidateMedia } from "./ice-candidates.js";
import { RtcStats } from "./rtc-stats.js";

/** With rtcp-mux there is one component; Kurento counts from 1. */
const COMPONENT_ID = 1;

/** The native object of a transport. */
export interface TransportNative {
  call(method: string, args: NativeMap): Promise<NativeValue>;
  handle(type: string, handler: NativeEventHandler): void;
}

/** Told what happens to a transport. */
export interface TransportListener {
  onCandidate(candidate: string, transport: WebRtcTransport): void;
  onGatheringDone(): void;
  onIceState(state: IceComponentState, transport: WebRtcTransport): void;
  onPair(pair: IceCandidatePair): void;
  onDtlsState(connection: DtlsConnection): void;
  onMediaState(): void;
}

/** One transport. Kurento calls it a stream: its `streamId` is the number from 1. */
export class WebRtcTransport {
  /** From 0. */
  readonly number: number;
  readonly #native: TransportNative;
  readonly #listener: TransportListener;
  readonly #candidates = new LocalCandidates();
  readonly #stats = new RtcStats();
  #iceState: IceComponentState | undefined;
  #dtlsState: DtlsConnectionState | undefined;
  #pair: IceCandidatePair | undefined;
  #hasMedia = false;

  constructor(number: number, native: TransportNative, listener: TransportListener) {
    this.number = number;
    this.#native = native;
    this.#listener = listener;
    native.handle("localCandidate", (data) =>
      listener.onCandidate(textField(data, "candidate"), this),
    );
    native.handle("gatheringDone", () => this.#onGatheringDone());
    native.handle("iceStateChanged", (data) => this.#onIceState(data));
    native.handle("candidatePairSelected", (data) => this.#onPair(data));
    native.handle("dtlsStateChanged", (data) => this.#onDtlsState(data));
    native.handle("mediaStateChanged", (data) => this.#onMediaState(data));
  }

  /** Calls its native object. */
  call(method: string, args: NativeMap = {}): Promise<NativeValue> {
    return this.#native.call(method, args);
  }

  /** Starts to look for candidates. */
  async gather(options: NativeMap): Promise<void> {
    this.#candidates.clear();
    await this.call("gather", options);
  }

  /** Keeps a candidate of ours and gives it once for each m-line. */
  addCandidate(text: string, media: readonly CandidateMedia[]): IceCandidate[] {
    return this.#candidates.add(text, media);
  }

  get gathered(): LocalCandidates["gathered"] {
    return this.#candidates.gathered;
  }

  /** Whether the path is lost, which does not come back by itself. */
  get isLost(): boolean {
    return this.#iceState === "FAILED" || this.#iceState === "DISCONNECTED";
  }

  /** Whether packets can pass; undefined while ICE restarts, as media then goes on over the path of before. */
  get isUp(): boolean | undefined {
    if (this.#pair && (this.#iceState === "GATHERING" || this.#iceState === "CONNECTING"))
      return undefined;
    const isIceUp = this.#iceState === "CONNECTED" || this.#iceState === "READY";
    return isIceUp && this.#dtlsState === "CONNECTED";
  }

  /** Whether RTP or RTCP comes in. */
  get hasMedia(): boolean {
    return this.#hasMedia;
  }

  get pair(): IceCandidatePair | undefined {
    return this.#pair;
  }

  /** Undefined until ICE starts. */
  get iceConnection(): IceConnection | undefined {
    const ids = { streamId: this.#streamId, componentId: COMPONENT_ID };
    return this.#iceState && { ...ids, state: this.#iceState };
  }

  /** Undefined until DTLS starts. */
  get dtlsConnection(): DtlsConnection | undefined {
    const streamId = this.#streamId;
    const ids = { streamId, componentId: String(COMPONENT_ID), connectionId: streamId };
    return this.#dtlsState && { ...ids, state: this.#dtlsState };
  }

  /** Entries of getStats. */
  async stats(mediaType: MediaType | undefined, nowMs: number): Promise<Record<string, Stats>> {
    const native = await this.call("stats");
    return this.#stats.entries(mapField({ native }, "native"), mediaType, nowMs);
  }

  get #streamId(): string {
    return String(this.number + 1);
  }

  #onGatheringDone(): void {
    this.#candidates.finish();
    this.#listener.onGatheringDone();
  }

  #onIceState(data: NativeMap): void {
    const state = oneOf(iceComponentStates, textField(data, "state"));
    this.#iceState = state;
    this.#listener.onIceState(state, this);
  }

  #onPair(data: NativeMap): void {
    this.#pair = {
      streamId: this.#streamId,
      componentId: COMPONENT_ID,
      localCandidate: textField(data, "local"),
      remoteCandidate: textField(data, "remote"),
    };
    this.#listener.onPair(this.#pair);
  }

  #onDtlsState(data: NativeMap): void {
    this.#dtlsState = oneOf(DtlsConnectionState, textField(data, "state"));
    if (this.dtlsConnection) this.#listener.onDtlsState(this.dtlsConnection);
  }

  #onMediaState(data: NativeMap): void {
    this.#hasMedia = textField(data, "state") === "CONNECTED";
    this.#listener.onMediaState();
  }
}

function oneOf<T extends string>(known: readonly T[], value: string): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw new TypeError(`unknown native state '${value}'`);
  return found;
}
