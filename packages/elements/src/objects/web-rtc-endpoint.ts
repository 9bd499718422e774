// WebRtcEndpoint: the API's rules. SDP is negotiated here; ICE, DTLS, SRTP and RTP are native.
import { KurentoError, dataFormat, mapField, numberField, textField } from "@kms/core";
import type { MediaType, NativeMap, ObjectContext, OfferOptions, Stats } from "@kms/core";
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
import type { WebRtcEndpointParams } from "../generated/web-rtc-endpoint.js";
import { mayOfferAgain, readCapabilities } from "../sdp/settings.js";
import type { Capabilities } from "../sdp/offer.js";
import type { Direction, MediaKind, NegotiatedStream } from "../sdp/types.js";
import { EndpointData } from "./endpoint-data.js";
import { LocalCandidates } from "./ice-candidates.js";
import { dscpOf } from "./qos-dscp.js";
import { RtcStats } from "./rtc-stats.js";
import { iceParameters, localTransport, sentFormats } from "./web-rtc-media.js";
import { WebRtcSettings } from "./web-rtc-settings.js";
import { WebRtcNegotiation } from "./web-rtc-negotiation.js";
import type { Proposal, StreamCounts } from "./web-rtc-negotiation.js";

// Everything is bundled on one ICE component with rtcp-mux, so these are constant; Kurento counts from 1.
const STREAM_ID = 1;
const COMPONENT_ID = 1;
// GST_RESOURCE_ERROR_SETTINGS: what Kurento reports a wrong turnUrl as.
const SETTINGS_ERROR = 13;
const MEDIA = ["audio", "video"] as const;

/** What a data channel is opened with, beside its label. */
type MoreWishes = [
  ordered?: boolean,
  maxPacketLifeTime?: number,
  maxRetransmits?: number,
  protocol?: string,
];

/** Sends media to and takes media from a browser. */
export class WebRtcEndpoint extends WebRtcSettings {
  readonly #direction: Direction;
  readonly #capabilities: Capabilities;
  readonly #mayOfferAgain: boolean;
  readonly #candidates = new LocalCandidates();
  readonly #stats = new RtcStats();
  readonly #nativeParams: NativeMap;
  readonly #data = new EndpointData((method, args) => this.callNative(method, args));
  #negotiation: WebRtcNegotiation | undefined;
  #iceState: IceComponentState | undefined;
  #dtlsState: DtlsConnectionState | undefined;
  #selectedPair: IceCandidatePair | undefined;

  constructor(context: ObjectContext, params: WebRtcEndpointParams) {
    super(context);
    this.#direction = offeredDirection(params);
    const { config } = context;
    this.#capabilities = readCapabilities(config, params.useDataChannels);
    this.#mayOfferAgain = mayOfferAgain(config);
    this.#nativeParams = {
      certificateKeyType: params.certificateKeyType,
      dscp: dscpOf(params.qosDscp, config),
    };
    this.handleNative("localCandidate", (data) => this.#onLocalCandidate(data));
    this.handleNative("gatheringDone", () => this.#onGatheringDone());
    this.handleNative("gatheringProblem", ({ problem }) =>
      this.context.log.warning("gathering candidates", { object: this.id, problem }),
    );
    this.handleNative("iceStateChanged", (data) => this.#onIceState(data));
    this.handleNative("candidatePairSelected", (data) => this.#onCandidatePair(data));
    this.handleNative("dtlsStateChanged", (data) => this.#onDtlsState(data));
    this.handleNative("dataChannelOpened", (data) => this.emitDataChannelOpened(channelOf(data)));
    this.handleNative("dataChannelClosed", (data) => this.emitDataChannelClosed(channelOf(data)));
  }

  override async initialize(): Promise<void> {
    await this.createEndpoint("WebRtcEndpoint", this.#nativeParams);
    const local = await this.callNative("localParameters");
    const transport = localTransport(local as NativeMap);
    this.#negotiation = new WebRtcNegotiation(transport, this.#capabilities);
    await this.bandwidthChanged();
  }

  protected override async bandwidthChanged(): Promise<void> {
    await this.callNative("setBandwidth", this.bandwidth);
  }

  // --- Negotiation -----------------------------------------------------------------------------

  protected override async makeOffer(options: OfferOptions | undefined): Promise<string> {
    // A path that is lost does not come back by itself: then a further offer starts ICE anew.
    if (this.#iceState === "FAILED" || this.#iceState === "DISCONNECTED") await this.#restartIce();
    await this.#provide(this.#negotiator.streamsToOffer());
    this.#negotiator.offer({
      audio: options?.offerToReceiveAudio ?? true,
      video: options?.offerToReceiveVideo ?? true,
      direction: this.#direction,
      audioBandwidthKbps: this.getMaxAudioRecvBandwidth(),
      videoBandwidthKbps: this.getMaxVideoRecvBandwidth(),
    });
    return this.currentLocalSdp("");
  }

  protected override async answerOffer(offer: string): Promise<string> {
    await this.#provide(this.#negotiator.streamsToAnswer(offer));
    const proposal = this.#negotiator.answer(offer);
    if (proposal.restartsIce) await this.#restartIce();
    return this.#carryOut(proposal);
  }

  protected override async acceptAnswer(answer: string): Promise<string> {
    return this.#carryOut(this.#negotiator.accept(answer));
  }

  protected override continuesSession(offer: string): boolean {
    return this.#negotiator.isRenegotiation(offer);
  }

  protected override get mayOfferAgain(): boolean {
    return this.#mayOfferAgain;
  }

  protected override currentLocalSdp(negotiated: string): string {
    return this.#negotiator.describe(this.#candidates.gathered) ?? negotiated;
  }

  get #negotiator(): WebRtcNegotiation {
    if (this.#negotiation) return this.#negotiation;
    throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", "Media Object not available");
  }

  /** New credentials for our side; media goes on over the old path until the new one stands. */
  async #restartIce(): Promise<void> {
    const local = await this.callNative("restartIce");
    this.#negotiator.useIce(iceParameters(local as NativeMap));
  }

  async #carryOut(proposal: Proposal): Promise<string> {
    const { agreement } = proposal;
    if (agreement.remote !== undefined) await this.callNative("setRemote", agreement.remote);
    this.#negotiator.commit(proposal);
    for (const candidate of agreement.remoteCandidates) await this.#addRemote(candidate);
    if (agreement.endOfCandidates) await this.callNative("endOfRemoteCandidates");
    this.#agreeOnStreams(agreement.streams);
    this.#agreeOnData(agreement.remote?.["data"] !== undefined);
    await this.linksSettled();
    return this.currentLocalSdp("");
  }

  /** Makes streams until there are as many of each kind; each m-line takes one. */
  async #provide(wanted: StreamCounts): Promise<void> {
    for (const kind of MEDIA) {
      const from = this.#negotiator.streamCounts[kind];
      for (let number = from; number < wanted[kind]; number += 1)
        await this.#addStream(kind, number);
    }
  }

  async #addStream(kind: MediaKind, number: number): Promise<void> {
    const native = this.addCompanion(`${kind}-${number}`);
    const { ioThread } = this;
    await native.create("WebRtcStream", { ioThread, endpoint: this.id, medium: kind });
    const stream = await native.call("streamParameters", {});
    this.#negotiator.useStream(kind, mapField({ stream }, "stream"));
    this.setCarrier(kind, number, native.id);
  }

  #agreeOnStreams(streams: readonly NegotiatedStream[]): void {
    this.nameStreams(
      streams.map(({ medium, number, mid }) => ({ medium, number, description: mid })),
    );
    for (const kind of MEDIA) {
      for (let number = 0; number < this.#negotiator.streamCounts[kind]; number += 1) {
        const stream = streams.find((one) => one.medium === kind && one.number === number);
        this.setSent({ medium: kind, number, formats: stream ? sentFormats(stream) : [] });
      }
    }
  }

  // --- ICE -------------------------------------------------------------------------------------

  /**
   * Starts gathering; before any SDP there is nothing to gather for, and nothing happens, as in Kurento. Settings of no
   * use are told by an Error event.
   * @throws KurentoError 40400 when the machine's addresses cannot be had
   */
  async gatherCandidates(): Promise<void> {
    if (this.#negotiator.candidateMedia.length === 0) return;
    const { options, problems } = this.planGathering();
    for (const problem of problems) this.#onWrongSetting(problem);
    this.#candidates.clear();
    await this.callNative("gather", options);
  }

  #onWrongSetting(problem: string): void {
    const description = `Error code ${SETTINGS_ERROR}: ${problem}, element: ${this.getName()}`;
    this.emitError({ description, errorCode: SETTINGS_ERROR, type: "UNEXPECTED_ELEMENT_ERROR" });
  }

  /**
   * Adds a candidate of the remote side, before or after SDP. An empty one ends them; one that cannot be read or
   * resolved is ignored, as in Kurento.
   * @throws KurentoError 40401 for an m-line that was not agreed on
   */
  async addIceCandidate(candidate: IceCandidate): Promise<void> {
    if (!this.#negotiator.hasMedia(candidate)) {
      throw new KurentoError("ICE_ADD_CANDIDATE_ERROR", "Error adding candidate");
    }
    if (candidate.candidate === "") await this.callNative("endOfRemoteCandidates");
    else await this.#addRemote(candidate.candidate);
  }

  async #addRemote(candidate: string): Promise<void> {
    try {
      await this.callNative("addRemoteCandidate", { candidate });
    } catch (error) {
      this.context.log.warning("remote candidate ignored", { object: this.id, candidate, error });
    }
  }

  #onLocalCandidate(data: NativeMap): void {
    const candidate = textField(data, "candidate");
    for (const found of this.#candidates.add(candidate, this.#negotiator.candidateMedia)) {
      this.emitIceCandidateFound({ candidate: found });
    }
  }

  #onGatheringDone(): void {
    this.#candidates.finish();
    this.emitIceGatheringDone();
  }

  #onIceState(data: NativeMap): void {
    const state = oneOf(iceComponentStates, textField(data, "state"));
    this.#iceState = state;
    this.#logState("ICE", state);
    this.emitIceComponentStateChanged({ streamId: STREAM_ID, componentId: COMPONENT_ID, state });
    this.#updateConnectionState();
  }

  #onCandidatePair(data: NativeMap): void {
    const candidatePair = {
      streamId: String(STREAM_ID),
      componentId: COMPONENT_ID,
      localCandidate: textField(data, "local"),
      remoteCandidate: textField(data, "remote"),
    };
    this.#selectedPair = candidatePair;
    const { localCandidate: local, remoteCandidate: remote } = candidatePair;
    this.context.log.info("ICE selected a pair", { object: this.id, local, remote });
    this.emitNewCandidatePairSelected({ candidatePair });
  }

  #onDtlsState(data: NativeMap): void {
    this.#dtlsState = oneOf(DtlsConnectionState, textField(data, "state"));
    this.#logState("DTLS", this.#dtlsState);
    this.emitDtlsConnectionStateChange({ ...CONNECTION, state: this.#dtlsState });
    this.#updateConnectionState();
  }

  #logState(protocol: string, state: string): void {
    const level = state === "FAILED" ? "warning" : "info";
    this.context.log[level](`${protocol} is ${state}`, { object: this.id });
  }

  #updateConnectionState(): void {
    // While ICE restarts, media goes on over the path of before.
    if (this.#selectedPair && (this.#iceState === "GATHERING" || this.#iceState === "CONNECTING"))
      return;
    const isIceUp = this.#iceState === "CONNECTED" || this.#iceState === "READY";
    const isUp = isIceUp && this.#dtlsState === "CONNECTED";
    this.setConnectionState(isUp ? "CONNECTED" : "DISCONNECTED");
  }

  getICECandidatePairs(): IceCandidatePair[] {
    return this.#selectedPair ? [this.#selectedPair] : [];
  }

  /** Empty until ICE starts. */
  getIceConnectionState(): IceConnection[] {
    if (this.#iceState === undefined) return [];
    const streamId = String(STREAM_ID);
    return [{ streamId, componentId: COMPONENT_ID, state: this.#iceState }];
  }

  getDtlsConnectionState(): DtlsConnection[] {
    return this.#dtlsState ? [{ ...CONNECTION, state: this.#dtlsState }] : [];
  }

  // --- Data channels ---------------------------------------------------------------------------

  /** @throws KurentoError 40111 when none were agreed on, 40107 for two limits at once, 40003 when there are too many */
  createDataChannel(label = "", ...more: MoreWishes): Promise<void> {
    const [ordered = true, maxPacketLifeTime = -1, maxRetransmits = -1, protocol = ""] = more;
    return this.#data.open({ label, ordered, maxPacketLifeTime, maxRetransmits, protocol });
  }

  /** @throws KurentoError 40111 when none were agreed on */
  closeDataChannel(channelId: number): Promise<void> {
    return this.#data.close(channelId);
  }

  #agreeOnData(withData: boolean): void {
    this.#data.agree(withData);
    if (!this.#data.isAgreed) return;
    this.setOffers("data", { kind: "data", format: dataFormat });
    this.setAccepts("data", { kind: "data", formats: [dataFormat] });
  }

  // --- Statistics ------------------------------------------------------------------------------

  override async getStats(mediaType?: MediaType): Promise<Record<string, Stats>> {
    const native = await this.callNative("stats");
    const now = this.context.clock.wallTimeMs();
    const streams = this.#stats.entries(mapField({ native }, "native"), mediaType, now);
    const data = await this.#data.stats(mediaType, now);
    return { ...streams, ...data, ...(await super.getStats(mediaType)) };
  }
}

const CONNECTION = {
  streamId: String(STREAM_ID),
  componentId: String(COMPONENT_ID),
  connectionId: String(STREAM_ID),
};

function channelOf(data: NativeMap): { readonly channelId: number } {
  return { channelId: numberField(data, "channelId") };
}

/** Both wishes at once mean sendonly, as in Kurento. */
function offeredDirection(params: WebRtcEndpointParams): Direction {
  if (params.sendonly) return "sendonly";
  return params.recvonly ? "recvonly" : "sendrecv";
}

function oneOf<T extends string>(known: readonly T[], value: string): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw new TypeError(`unknown native state '${value}'`);
  return found;
}
