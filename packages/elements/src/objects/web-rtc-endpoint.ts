// WebRtcEndpoint: the API's rules. SDP is negotiated here; ICE, DTLS, SRTP and RTP are native.
import { KurentoError, dataFormat, mapField, mediumField, numberField } from "@kms/core";
import type { MediaType, NativeMap, ObjectContext, OfferOptions, Stats } from "@kms/core";
import type {
  DtlsConnection,
  IceCandidate,
  IceCandidatePair,
  IceComponentState,
  IceConnection,
} from "../generated/types.js";
import type { WebRtcEndpointParams } from "../generated/web-rtc-endpoint.js";
import { mayOfferAgain, readCapabilities } from "../sdp/settings.js";
import type { Capabilities } from "../sdp/offer.js";
import type { Direction, MediaKind, NegotiatedStream } from "../sdp/types.js";
import { EndpointData } from "./endpoint-data.js";
import { dscpOf } from "./qos-dscp.js";
import { iceParameters, localTransport, sentFormats } from "./web-rtc-media.js";
import { WebRtcSettings } from "./web-rtc-settings.js";
import { WebRtcTransport } from "./web-rtc-transport.js";
import type { TransportNative } from "./web-rtc-transport.js";
import { readRemote, WebRtcNegotiation } from "./web-rtc-negotiation.js";
import type { Needs, Proposal } from "./web-rtc-negotiation.js";

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
  readonly #transports: [WebRtcTransport, ...WebRtcTransport[]];
  readonly #streamIds = new Map<string, string>();
  readonly #nativeParams: NativeMap;
  readonly #data = new EndpointData((method, args) => this.#dataTransport.call(method, args));
  #negotiation: WebRtcNegotiation | undefined;
  #dataTransport: WebRtcTransport;
  #streams: readonly NegotiatedStream[] = [];

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
    const first = this.#makeTransport(0, {
      call: (method, args) => this.callNative(method, args),
      handle: (type, handler) => this.handleNative(type, handler),
    });
    this.#transports = [first];
    this.#dataTransport = first;
  }

  override async initialize(): Promise<void> {
    await this.createEndpoint("WebRtcEndpoint", this.#nativeParams);
    const local = await this.callNative("localParameters");
    const transport = localTransport(local as NativeMap);
    this.#negotiation = new WebRtcNegotiation(transport, this.#capabilities);
    await this.bandwidthChanged();
  }

  /** Bit/s of video that an encoder may make for the peer; undefined: unknown, or any. */
  async room(): Promise<number | undefined> {
    const bitsPerSecond = Number(await this.callNative("videoRoom"));
    return bitsPerSecond > 0 ? bitsPerSecond : undefined;
  }

  protected override async bandwidthChanged(): Promise<void> {
    for (const transport of this.#transports) await transport.call("setBandwidth", this.bandwidth);
  }

  // --- Negotiation -----------------------------------------------------------------------------

  protected override async makeOffer(options: OfferOptions | undefined): Promise<string> {
    // A path that is lost does not come back by itself: then a further offer starts ICE anew.
    for (const { isLost, number } of this.#transports) if (isLost) await this.#restartIce(number);
    await this.#provide(this.#negotiator.needsToOffer());
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
    const remote = readRemote(offer);
    await this.#provide(this.#negotiator.needsToAnswer(remote));
    const proposal = this.#negotiator.answer(remote);
    for (const transport of proposal.iceRestarts) await this.#restartIce(transport);
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

  protected override get describesItself(): boolean {
    return true;
  }

  protected override currentLocalSdp(negotiated: string): string {
    return (
      this.#negotiator.describe(this.#transports.map(({ gathered }) => gathered)) ?? negotiated
    );
  }

  get #negotiator(): WebRtcNegotiation {
    if (this.#negotiation) return this.#negotiation;
    throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", "Media Object not available");
  }

  /** New credentials for our side; media goes on over the old path until the new one stands. */
  async #restartIce(transport: number): Promise<void> {
    const local = await this.#transport(transport).call("restartIce");
    this.#negotiator.useIce(transport, iceParameters(mapField({ local }, "local")));
  }

  async #carryOut(proposal: Proposal): Promise<string> {
    const { streams, transports } = proposal.agreement;
    for (const { transport, remote } of transports)
      await this.#transport(transport).call("setRemote", remote);
    this.#negotiator.commit(proposal);
    for (const { transport, remoteCandidates, endOfCandidates } of transports) {
      for (const candidate of remoteCandidates) await this.#addRemote(candidate, transport);
      if (endOfCandidates) await this.#transport(transport).call("endOfRemoteCandidates");
    }
    this.#agreeOnStreams(streams);
    this.#agreeOnData(transports.find(({ hasData }) => hasData)?.transport);
    await this.linksSettled();
    return this.currentLocalSdp("");
  }

  // --- Streams and transports ------------------------------------------------------------------

  #transport(number: number): WebRtcTransport {
    return this.#transports[number] ?? this.#transports[0];
  }

  /** Makes transports, and streams of the first one, until there are as many as a negotiation needs. */
  async #provide({ streams, transports }: Needs): Promise<void> {
    const { has } = this.#negotiator;
    for (const kind of MEDIA) {
      for (let number = has.streams[kind]; number < streams[kind]; number += 1)
        await this.#addStream(kind, number);
    }
    for (let number = has.transports; number < transports; number += 1)
      await this.#addTransport(number);
  }

  async #addStream(kind: MediaKind, number: number): Promise<void> {
    const native = this.addCompanion(`${kind}-${number}`);
    const { ioThread } = this;
    await native.create("WebRtcStream", { ioThread, endpoint: this.id, medium: kind });
    const stream = await native.call("streamParameters", {});
    this.#negotiator.useStream(kind, mapField({ stream }, "stream"));
    this.#streamIds.set(`${kind}-${number}`, `${this.id}/${kind}-${number}`);
  }

  async #addTransport(number: number): Promise<void> {
    const native = this.addCompanion(`transport-${number}`);
    const transport = this.#makeTransport(number, native);
    for (const [type, take] of [
      ["sourceFormat", (data: NativeMap) => this.onSourceFormat(data)],
      ["flow", (data: NativeMap) => this.onNativeFlow(data)],
    ] as const) {
      native.handle(type, (data) => take({ ...data, number: this.#streamOf(data, number) }));
    }
    await native.create("WebRtcEndpoint", { ...this.#nativeParams, ioThread: this.ioThread });
    const local = await native.call("localParameters", {});
    this.#negotiator.useTransport(localTransport(mapField({ local }, "local")));
    this.#transports.push(transport);
    await transport.call("setBandwidth", this.bandwidth);
  }

  /** A transport beyond the first one carries one m-line. */
  #streamOf(data: NativeMap, transport: number): number {
    const medium = mediumField(data, "medium");
    const stream = this.#streams.find(
      (one) => one.transport === transport && one.medium === medium,
    );
    return stream?.stream ?? 0;
  }

  #makeTransport(number: number, native: TransportNative): WebRtcTransport {
    native.handle("gatheringProblem", ({ problem }) =>
      this.context.log.warning("gathering candidates", { object: this.id, problem }),
    );
    native.handle("dataChannelOpened", (data) => this.emitDataChannelOpened(channelOf(data)));
    native.handle("dataChannelClosed", (data) => this.emitDataChannelClosed(channelOf(data)));
    return new WebRtcTransport(number, native, {
      onCandidate: (candidate, transport) => this.#onLocalCandidate(candidate, transport),
      onGatheringDone: () => this.#onGatheringDone(),
      onIceState: (state, transport) => this.#onIceState(state, transport.number),
      onPair: (pair) => this.#onCandidatePair(pair),
      onDtlsState: (connection) => this.#onDtlsState(connection),
      onMediaState: () => this.#updateMediaState(),
    });
  }

  #agreeOnStreams(streams: readonly NegotiatedStream[]): void {
    const before = [...MEDIA.map((medium) => ({ medium, stream: 0 })), ...this.#streams];
    const ended = before.filter(
      (old) =>
        !streams.some(({ medium, stream }) => medium === old.medium && stream === old.stream),
    );
    this.#streams = streams;
    this.nameStreams(
      streams.map(({ medium, stream, mid }) => ({ medium, number: stream, description: mid })),
    );
    for (const { medium, stream } of ended) this.setSent({ medium, number: stream, formats: [] });
    for (const each of streams) {
      const { medium, stream, transport } = each;
      const own = this.#streamIds.get(`${medium}-${stream}`);
      const carrier = transport === 0 ? own : `${this.id}/transport-${transport}`;
      this.setCarrier(medium, stream, carrier);
      this.setSent({ medium, number: stream, formats: sentFormats(each) });
    }
  }

  // --- ICE -------------------------------------------------------------------------------------

  /**
   * Starts gathering; before any SDP there is nothing to gather for, and nothing happens, as in Kurento. Settings of no
   * use are told by an Error event.
   * @throws KurentoError 40400 when the machine's addresses cannot be had
   */
  async gatherCandidates(): Promise<void> {
    const used = this.#usedTransports();
    if (used.length === 0) return;
    const { options, problems } = this.planGathering();
    for (const problem of problems) this.#onWrongSetting(problem);
    for (const transport of used) await transport.gather(options);
  }

  /** Those that carry m-lines. */
  #usedTransports(): WebRtcTransport[] {
    return this.#transports.filter(
      ({ number }) => this.#negotiator.candidateMedia(number).length > 0,
    );
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
    const transport = this.#negotiator.transportOf(candidate);
    if (candidate.candidate !== "") return this.#addRemote(candidate.candidate, transport);
    await this.#transport(transport).call("endOfRemoteCandidates");
  }

  async #addRemote(candidate: string, transport: number): Promise<void> {
    try {
      await this.#transport(transport).call("addRemoteCandidate", { candidate });
    } catch (error) {
      this.context.log.warning("remote candidate ignored", { object: this.id, candidate, error });
    }
  }

  #onLocalCandidate(candidate: string, transport: WebRtcTransport): void {
    const media = this.#negotiator.candidateMedia(transport.number);
    for (const found of transport.addCandidate(candidate, media)) {
      this.emitIceCandidateFound({ candidate: found });
    }
  }

  #onGatheringDone(): void {
    if (this.#usedTransports().every(({ gathered }) => gathered.isDone))
      this.emitIceGatheringDone();
  }

  #onIceState(state: IceComponentState, transport: number): void {
    this.#logState("ICE", state);
    this.emitIceComponentStateChanged({ streamId: transport + 1, componentId: 1, state });
    this.#updateConnectionState();
  }

  #onCandidatePair(candidatePair: IceCandidatePair): void {
    const { localCandidate: local, remoteCandidate: remote } = candidatePair;
    this.context.log.debug("ICE selected a pair", { object: this.id, local, remote });
    this.emitNewCandidatePairSelected({ candidatePair });
  }

  #onDtlsState(connection: DtlsConnection): void {
    this.#logState("DTLS", connection.state);
    this.emitDtlsConnectionStateChange(connection);
    this.#updateConnectionState();
  }

  #logState(protocol: string, state: string): void {
    const level = state === "FAILED" ? "warning" : "debug";
    this.context.log[level](`${protocol} is ${state}`, { object: this.id });
  }

  #updateConnectionState(): void {
    const [first, ...others] = this.#usedTransports();
    const up = [first ?? this.#transports[0], ...others].map(({ isUp }) => isUp);
    if (up.includes(undefined)) return;
    this.setConnectionState(up.includes(false) ? "DISCONNECTED" : "CONNECTED");
  }

  #updateMediaState(): void {
    const hasMedia = this.#transports.some((transport) => transport.hasMedia);
    this.setMediaState(hasMedia ? "CONNECTED" : "DISCONNECTED");
  }

  /** @throws KurentoError 40111 when nothing sends media to this endpoint */
  override async requestKeyframe(): Promise<void> {
    await super.requestKeyframe();
    for (const transport of this.#transports.slice(1)) await transport.call("requestKeyframe");
  }

  getICECandidatePairs(): IceCandidatePair[] {
    return this.#transports.flatMap(({ pair }) => pair ?? []);
  }

  /** Empty until ICE starts. */
  getIceConnectionState(): IceConnection[] {
    return this.#transports.flatMap(({ iceConnection }) => iceConnection ?? []);
  }

  getDtlsConnectionState(): DtlsConnection[] {
    return this.#transports.flatMap(({ dtlsConnection }) => dtlsConnection ?? []);
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

  #agreeOnData(transport: number | undefined): void {
    this.#data.agree(transport !== undefined);
    if (transport === undefined) return;
    this.#dataTransport = this.#transport(transport);
    this.setCarrier("data", 0, transport === 0 ? undefined : `${this.id}/transport-${transport}`);
    this.setOffers("data", { kind: "data", format: dataFormat });
    this.setAccepts("data", { kind: "data", formats: [dataFormat] });
  }

  // --- Statistics ------------------------------------------------------------------------------

  override async getStats(mediaType?: MediaType): Promise<Record<string, Stats>> {
    const now = this.context.clock.wallTimeMs();
    const entries = await Promise.all(this.#transports.map((one) => one.stats(mediaType, now)));
    const data = await this.#data.stats(mediaType, now);
    return { ...Object.assign({}, ...entries), ...data, ...(await super.getStats(mediaType)) };
  }
}

function channelOf(data: NativeMap): { readonly channelId: number } {
  return { channelId: numberField(data, "channelId") };
}

/** Both wishes at once mean sendonly, as in Kurento. */
function offeredDirection(params: WebRtcEndpointParams): Direction {
  if (params.sendonly) return "sendonly";
  return params.recvonly ? "recvonly" : "sendrecv";
}
