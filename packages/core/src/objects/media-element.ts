import { MediaElementBase } from "../generated/media-element.js";
import type {
  AudioCaps,
  ElementConnectionData,
  GstreamerDotDetails,
  MediaType,
  Stats,
  VideoCaps,
} from "../generated/types.js";
import type { AcceptedStream, MediaNode, Medium, OfferedStream } from "../graph/media.js";
import { KurentoError } from "../model/errors.js";
import type { ObjectContext } from "../model/object-context.js";
import type { NativeMap, NativeValue } from "../native/host.js";
import { ConnectionTable, defaultDescription } from "./connection-table.js";
import type { Connection } from "./connection-table.js";
import { dumpDot, elementDot } from "./dot.js";
import { elementStats } from "./element-stats.js";
import { EncoderBitrates } from "./encoder-bitrates.js";
import type { MediaPipeline } from "./media-pipeline.js";
import { MediaState } from "./media-state.js";
import type { FlowDirection } from "./media-state.js";
import {
  flagField,
  mediumField,
  numberField,
  offeredStreamOf,
  textField,
} from "./native-fields.js";
import { toKurentoError } from "./native-errors.js";

const connectOrder: readonly MediaType[] = ["AUDIO", "VIDEO", "DATA"];
const mediumOf: Readonly<Record<MediaType, Medium | undefined>> = {
  AUDIO: "audio",
  VIDEO: "video",
  DATA: undefined,
};
const mediaTypeOf: Readonly<Record<Medium, MediaType>> = { audio: "AUDIO", video: "VIDEO" };

/** Handles one kind of event of an element's native object. */
export type NativeEventHandler = (data: NativeMap) => void;

/**
 * Anything that media enters or leaves. Subclasses make their native object with {@link createNative} in
 * `initialize`, say what their sink takes with {@link setAccepts}, and add handlers with {@link handleNative}.
 */
export abstract class MediaElement extends MediaElementBase implements MediaNode {
  /** The services of the worker. */
  protected readonly context: ObjectContext;
  readonly #pipeline: MediaPipeline;
  readonly #connections = new ConnectionTable();
  readonly #state = new MediaState();
  readonly #bitrates: EncoderBitrates;
  readonly #accepted = new Map<Medium, AcceptedStream>();
  readonly #offered = new Map<Medium, OfferedStream>();
  readonly #outputCodecs = new Map<Medium, string>();
  readonly #nativeHandlers = new Map<string, NativeEventHandler>();
  #nativeId: string | undefined;
  #stopListening: () => void = () => undefined;

  constructor(context: ObjectContext) {
    super(context);
    if (context.pipeline === undefined)
      throw new TypeError(`element '${context.id}' has no pipeline`);
    this.context = context;
    this.#pipeline = context.pipeline;
    this.#bitrates = new EncoderBitrates(context.config);
    this.handleNative("sourceFormat", (data) => this.#onSourceFormat(data));
    this.handleNative("flow", (data) => this.#onNativeFlow(data));
    this.handleNative("error", (data) => this.#onNativeError(data));
  }

  // --- What subclasses use -------------------------------------------------------------------------------------

  /** The pipeline that the element belongs to. */
  protected get pipeline(): MediaPipeline {
    return this.#pipeline;
  }

  /** Id of the element's native object; `undefined` before {@link createNative} and for elements without one. */
  get nativeId(): string | undefined {
    return this.#nativeId;
  }

  /**
   * Makes the element's native object; `ioThread` is added to the parameters.
   * @throws KurentoError with the code native code gave
   */
  protected async createNative(className: string, params: NativeMap = {}): Promise<void> {
    const { host, nativeEvents } = this.context;
    this.#stopListening = nativeEvents.listen(this.id, (type, data) =>
      this.onNativeEvent(type, data),
    );
    try {
      await host.create(className, this.id, { ioThread: this.#pipeline.ioThread, ...params });
    } catch (error) {
      this.#stopListening();
      throw toKurentoError(error);
    }
    this.#nativeId = this.id;
    this.#pipeline.planner.update();
  }

  /**
   * Calls the native object.
   * @throws KurentoError with the code native code gave; 40108 when there is no native object
   */
  protected async callNative(method: string, args: NativeMap = {}): Promise<NativeValue> {
    if (this.#nativeId === undefined)
      throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", "Media Object not available");
    try {
      return await this.context.host.invoke(this.#nativeId, method, args);
    } catch (error) {
      throw toKurentoError(error);
    }
  }

  /** Adds or replaces the handler of one kind of native event. */
  protected handleNative(type: string, handler: NativeEventHandler): void {
    this.#nativeHandlers.set(type, handler);
  }

  /** Runs the handler of the event; kinds without one are ignored. */
  protected onNativeEvent(type: string, data: NativeMap): void {
    this.#nativeHandlers.get(type)?.(data);
  }

  /** Says what the element's sink takes from now on; `undefined` = nothing agreed yet. */
  protected setAccepts(medium: Medium, accepted: AcceptedStream | undefined): void {
    if (accepted === undefined) this.#accepted.delete(medium);
    else this.#accepted.set(medium, accepted);
    this.#pipeline.planner.update();
  }

  /** Resolves when all links that follow from what was said so far are made. */
  protected linksSettled(): Promise<void> {
    return this.#pipeline.planner.settled();
  }

  /** False for an element whose source side never has this type, such as a recorder. */
  protected providesSource(_type: MediaType): boolean {
    return true;
  }

  /** The element's bitrates for encoders. */
  protected get encoderBitrates(): EncoderBitrates {
    return this.#bitrates;
  }

  // --- MediaNode: what the planner asks and tells ------------------------------------------------------------------

  through(_medium: Medium): boolean {
    return false;
  }

  sourceFormat(medium: Medium): OfferedStream | undefined {
    return this.#offered.get(medium);
  }

  accepts(medium: Medium): AcceptedStream | undefined {
    return this.#accepted.get(medium);
  }

  outputCodec(medium: Medium): string | undefined {
    return this.#outputCodecs.get(medium);
  }

  isOwnSourceFlowing(medium: Medium): boolean {
    return this.#state.isFlowing("out", medium);
  }

  onThroughFlow(medium: Medium, flowing: boolean): void {
    this.#setFlowing("in", medium, flowing);
    this.#setFlowing("out", medium, flowing);
  }

  onTranscoding(medium: Medium, transcoding: boolean): void {
    if (!this.#state.setTranscoding(medium, transcoding)) return;
    const state = transcoding ? "TRANSCODING" : "NOT_TRANSCODING";
    this.emitMediaTranscodingStateChanged({
      state,
      binName: defaultDescription,
      mediaType: mediaTypeOf[medium],
    });
  }

  onLinkError(medium: Medium, error: unknown): void {
    const { code, message } = toKurentoError(error);
    const description = `Error code ${code}: no ${medium} for ${this.getName()}: ${message}`;
    this.emitError({ description, errorCode: code, type: "UNEXPECTED_ELEMENT_ERROR" });
  }

  // --- Connections -------------------------------------------------------------------------------------------------

  /** @throws KurentoError 40004 for a sink of another pipeline, or a source that the element does not have */
  async connect(
    sink: MediaElement,
    mediaType?: MediaType,
    sourceMediaDescription?: string,
    sinkMediaDescription?: string,
  ): Promise<void> {
    if (sink.#pipeline !== this.#pipeline)
      throw new KurentoError("CONNECT_ERROR", "Media elements do not share pipeline");
    const sourceDescription = sourceMediaDescription ?? defaultDescription;
    const sinkDescription = sinkMediaDescription ?? defaultDescription;
    for (const type of mediaType === undefined ? connectOrder : [mediaType]) {
      if (!this.providesSource(type)) throw this.#noSource(type, sourceDescription);
    }
    for (const type of mediaType === undefined ? connectOrder : [mediaType]) {
      this.#connectOne({ source: this, sink, type, sourceDescription, sinkDescription });
    }
    await this.linksSettled();
  }

  async disconnect(
    sink: MediaElement,
    mediaType?: MediaType,
    sourceMediaDescription?: string,
    sinkMediaDescription?: string,
  ): Promise<void> {
    const sourceDescription = sourceMediaDescription ?? defaultDescription;
    const sinkDescription = sinkMediaDescription ?? defaultDescription;
    for (const type of mediaType === undefined ? connectOrder : [mediaType]) {
      this.#disconnectOne({ source: this, sink, type, sourceDescription, sinkDescription });
    }
    await this.linksSettled();
  }

  /** Connections in which this element is the sink. */
  getSourceConnections(mediaType?: MediaType, description?: string): ElementConnectionData[] {
    return this.#connections
      .sources()
      .filter(
        ({ type, sinkDescription }) =>
          matches(type, mediaType) && matches(sinkDescription, description),
      );
  }

  /** Connections in which this element is the source. */
  getSinkConnections(mediaType?: MediaType, description?: string): ElementConnectionData[] {
    return this.#connections
      .sinks()
      .filter(
        ({ type, sourceDescription }) =>
          matches(type, mediaType) && matches(sourceDescription, description),
      );
  }

  #noSource(type: MediaType, description: string): KurentoError {
    // The text is Kurento's, misprints included: clients may look for it.
    return new KurentoError(
      "CONNECT_ERROR",
      `Element: '${this.getName()}'does note provide a connection for ${type}-${description}`,
    );
  }

  #connectOne(connection: Connection): void {
    const { sink, type, sinkDescription } = connection;
    const previous = sink.#connections.sourceOf(type, sinkDescription);
    if (previous !== undefined) previous.source.#disconnectOne(previous);
    this.#connections.addSink(connection);
    sink.#connections.addSource(connection);
    const medium = mediumOf[type];
    if (medium !== undefined && isMediaPath(connection))
      this.#pipeline.planner.connect({ sink, medium, source: this });
    this.emitElementConnected(eventOf(connection));
  }

  // The event goes out even when there was no such connection, as in Kurento.
  #disconnectOne(wanted: Connection): void {
    const { sink, type, sinkDescription } = wanted;
    const existing = sink.#connections.sourceOf(type, sinkDescription);
    if (existing?.source === this && existing.sourceDescription === wanted.sourceDescription) {
      this.#connections.removeSink(existing);
      sink.#connections.removeSource(existing);
      const medium = mediumOf[type];
      if (medium !== undefined && isMediaPath(existing))
        this.#pipeline.planner.disconnect(sink, medium);
    }
    this.emitElementDisconnected(eventOf(wanted));
  }

  // --- Media flow, transcoding, formats ----------------------------------------------------------------------------

  /** @throws KurentoError 40107 for DATA */
  isMediaFlowingIn(
    mediaType: MediaType,
    sinkMediaDescription: string = defaultDescription,
  ): boolean {
    return (
      sinkMediaDescription === defaultDescription &&
      this.#state.isFlowing("in", flowMedium(mediaType, "MediaFlowingIn"))
    );
  }

  /** @throws KurentoError 40107 for DATA */
  isMediaFlowingOut(
    mediaType: MediaType,
    sourceMediaDescription: string = defaultDescription,
  ): boolean {
    return (
      sourceMediaDescription === defaultDescription &&
      this.#state.isFlowing("out", flowMedium(mediaType, "MediaFlowingOut"))
    );
  }

  /** @throws KurentoError 40107 for DATA */
  isMediaTranscoding(mediaType: MediaType, binName: string = defaultDescription): boolean {
    return (
      this.#state.isTranscoding(flowMedium(mediaType, "MediaTranscoding")) &&
      binName === defaultDescription
    );
  }

  setAudioFormat(caps: AudioCaps): void {
    this.#outputCodecs.set("audio", caps.codec);
    this.#pipeline.planner.update();
  }

  setVideoFormat(caps: VideoCaps): void {
    this.#outputCodecs.set("video", caps.codec);
    this.#pipeline.planner.update();
  }

  getEncoderBitrate(): number {
    return this.#bitrates.target;
  }

  async setEncoderBitrate(encoderBitrate: number): Promise<void> {
    this.#bitrates.setTarget(encoderBitrate);
    await this.#applyBitrate();
  }

  getMinEncoderBitrate(): number {
    return this.#bitrates.min;
  }

  async setMinEncoderBitrate(minEncoderBitrate: number): Promise<void> {
    this.#bitrates.setMin(minEncoderBitrate);
    await this.#applyBitrate();
  }

  getMaxEncoderBitrate(): number {
    return this.#bitrates.max;
  }

  async setMaxEncoderBitrate(maxEncoderBitrate: number): Promise<void> {
    this.#bitrates.setMax(maxEncoderBitrate);
    await this.#applyBitrate();
  }

  // --- Introspection -----------------------------------------------------------------------------------------------

  /** Statistics by id; subclasses with more to tell override it and add to what this gives. */
  async getStats(_mediaType?: MediaType): Promise<Record<string, Stats>> {
    if (!this.#pipeline.getLatencyStats()) return {};
    return { [this.id]: elementStats(this.id, "element", this.context.clock) };
  }

  /** The part of the pipeline's graph around this element. */
  async getGstreamerDot(_details?: GstreamerDotDetails): Promise<string> {
    return elementDot(this.context.host, this);
  }

  /** Writes the graph into the directory that GST_DEBUG_DUMP_DOT_DIR names, if it does. */
  async dumpGstreamerDot(details?: GstreamerDotDetails): Promise<void> {
    await dumpDot(this.id, this.context.clock, () => this.getGstreamerDot(details));
  }

  override async release(): Promise<void> {
    for (const connection of this.#connections.sources())
      connection.source.#disconnectOne(connection);
    for (const connection of this.#connections.sinks()) this.#disconnectOne(connection);
    this.#pipeline.planner.remove(this);
    await this.linksSettled();
    const nativeId = this.#nativeId;
    this.#nativeId = undefined;
    if (nativeId !== undefined) await this.context.host.release(nativeId);
    this.#stopListening();
  }

  #applyBitrate(): Promise<void> {
    return this.#pipeline.planner.setBitrate(this, "video", this.#bitrates.target);
  }

  #onSourceFormat(data: NativeMap): void {
    const medium = mediumField(data, "medium");
    const stream = offeredStreamOf(data);
    if (stream === undefined) this.#offered.delete(medium);
    else this.#offered.set(medium, stream);
    this.#pipeline.planner.update();
  }

  #onNativeFlow(data: NativeMap): void {
    const direction = textField(data, "direction") === "in" ? "in" : "out";
    this.#setFlowing(direction, mediumField(data, "medium"), flagField(data, "flowing"));
    // Transparent elements downstream show what their source does.
    if (direction === "out") this.#pipeline.planner.update();
  }

  #onNativeError(data: NativeMap): void {
    const description = textField(data, "description");
    this.emitError({
      description,
      errorCode: numberField(data, "code"),
      type: textField(data, "type"),
    });
  }

  #setFlowing(direction: FlowDirection, medium: Medium, flowing: boolean): void {
    if (!this.#state.setFlowing(direction, medium, flowing)) return;
    const state = flowing ? "FLOWING" : "NOT_FLOWING";
    const change = { state, padName: defaultDescription, mediaType: mediaTypeOf[medium] } as const;
    if (direction === "in") this.emitMediaFlowInStateChanged(change);
    else this.emitMediaFlowOutStateChanged(change);
  }
}

function matches<T>(value: T, wanted: T | undefined): boolean {
  return wanted === undefined || value === wanted;
}

function isMediaPath(connection: Connection): boolean {
  return (
    connection.sourceDescription === defaultDescription &&
    connection.sinkDescription === defaultDescription
  );
}

function eventOf({ sink, type, sourceDescription, sinkDescription }: Connection): {
  sink: MediaElement;
  mediaType: MediaType;
  sourceMediaDescription: string;
  sinkMediaDescription: string;
} {
  return {
    sink,
    mediaType: type,
    sourceMediaDescription: sourceDescription,
    sinkMediaDescription: sinkDescription,
  };
}

function flowMedium(mediaType: MediaType, what: string): Medium {
  const medium = mediumOf[mediaType];
  if (medium !== undefined) return medium;
  throw new KurentoError(
    "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR",
    `Media type DATA is not supported for ${what}`,
  );
}
