import type {
  AudioCaps,
  ElementConnectionData,
  GstreamerDotDetails,
  MediaType,
  Stats,
  VideoCaps,
} from "../generated/types.js";
import type { EncoderSettings, Medium } from "../graph/media.js";
import type { ObjectContext } from "../model/object-context.js";
import { dumpDot, objectDot } from "./dot.js";
import { ElementConnections } from "./element-connections.js";
import { elementStats } from "./element-stats.js";
import { EncoderBitrates } from "./encoder-bitrates.js";
import { OutputFormats } from "./output-formats.js";
import { PlannedElement } from "./planned-element.js";

/**
 * Anything that media enters or leaves. Subclasses make their native object with {@link createNative} in
 * `initialize`, say what their sink takes with {@link setAccepts}, and add handlers with {@link handleNative}.
 */
export abstract class MediaElement extends PlannedElement {
  readonly #connections: ElementConnections;
  readonly #bitrates: EncoderBitrates;
  readonly #formats = new OutputFormats();

  constructor(context: ObjectContext) {
    super(context);
    this.#bitrates = new EncoderBitrates(context.config);
    this.#connections = this.#makeConnections();
  }

  /** False for an element whose source side never has this type, such as a recorder. */
  protected providesSource(_type: MediaType): boolean {
    return true;
  }

  // --- Connections -------------------------------------------------------------------------------------------------

  /** @throws KurentoError 40004 for a sink of another pipeline, or a source that the element does not have */
  async connect(
    sink: MediaElement,
    mediaType?: MediaType,
    sourceDescription?: string,
    sinkDescription?: string,
  ): Promise<void> {
    this.#connections.connect(sink, { mediaType, sourceDescription, sinkDescription });
    await this.linksSettled();
  }

  async disconnect(
    sink: MediaElement,
    mediaType?: MediaType,
    sourceDescription?: string,
    sinkDescription?: string,
  ): Promise<void> {
    this.#connections.disconnect(sink, { mediaType, sourceDescription, sinkDescription });
    await this.linksSettled();
  }

  /** Connections in which this element is the sink. */
  getSourceConnections(mediaType?: MediaType, description?: string): ElementConnectionData[] {
    return this.#connections.sources(mediaType, description);
  }

  /** Connections in which this element is the source. */
  getSinkConnections(mediaType?: MediaType, description?: string): ElementConnectionData[] {
    return this.#connections.sinks(mediaType, description);
  }

  // --- Media flow, transcoding, formats ----------------------------------------------------------------------------

  /** @throws KurentoError 40107 for DATA */
  isMediaFlowingIn(mediaType: MediaType, sinkMediaDescription?: string): boolean {
    return this.activity.queryFlow("in", mediaType, sinkMediaDescription);
  }

  /** @throws KurentoError 40107 for DATA */
  isMediaFlowingOut(mediaType: MediaType, sourceMediaDescription?: string): boolean {
    return this.activity.queryFlow("out", mediaType, sourceMediaDescription);
  }

  /** @throws KurentoError 40107 for DATA */
  isMediaTranscoding(mediaType: MediaType, binName?: string): boolean {
    return this.activity.queryTranscoding(mediaType, binName);
  }

  /** Encoders that run already follow. */
  setAudioFormat(caps: AudioCaps): Promise<void> {
    this.#formats.setAudio(caps);
    return this.#replan();
  }

  /** The frame rate is that of encoders: media that need not be encoded keeps its own. */
  setVideoFormat(caps: VideoCaps): Promise<void> {
    this.#formats.setVideo(caps);
    return this.#replan();
  }

  outputCodec(medium: Medium): string | undefined {
    return this.#formats.codec(medium);
  }

  encoderSettings(medium: Medium): EncoderSettings {
    if (medium === "video") return { ...this.#bitrates.settings, ...this.#formats.videoSettings };
    return this.#formats.audioSettings;
  }

  getEncoderBitrate(): number {
    return this.#bitrates.target;
  }

  setEncoderBitrate(encoderBitrate: number): Promise<void> {
    this.#bitrates.setTarget(encoderBitrate);
    return this.#replan();
  }

  getMinEncoderBitrate(): number {
    return this.#bitrates.min;
  }

  setMinEncoderBitrate(minEncoderBitrate: number): Promise<void> {
    this.#bitrates.setMin(minEncoderBitrate);
    return this.#replan();
  }

  getMaxEncoderBitrate(): number {
    return this.#bitrates.max;
  }

  setMaxEncoderBitrate(maxEncoderBitrate: number): Promise<void> {
    this.#bitrates.setMax(maxEncoderBitrate);
    return this.#replan();
  }

  // --- Introspection -----------------------------------------------------------------------------------------------

  /** Statistics by id; subclasses with more to tell override it and add to what this gives. */
  async getStats(_mediaType?: MediaType): Promise<Record<string, Stats>> {
    if (!this.pipeline.getLatencyStats()) return {};
    return { [this.id]: elementStats(this.id, "element", this.context.clock) };
  }

  /** The part of the pipeline's graph around this element. */
  getGstreamerDot(details?: GstreamerDotDetails): Promise<string> {
    return objectDot(this.context.host, this, details);
  }

  /** Writes the graph into the directory that GST_DEBUG_DUMP_DOT_DIR names, if it does. */
  async dumpGstreamerDot(details?: GstreamerDotDetails): Promise<void> {
    await dumpDot(this.id, this.context, () => this.getGstreamerDot(details));
  }

  override async release(): Promise<void> {
    this.#connections.disconnectAll();
    this.pipeline.planner.remove(this);
    await this.linksSettled();
    await super.release();
  }

  #makeConnections(): ElementConnections {
    return new ElementConnections({
      element: this,
      planner: this.pipeline.planner,
      providesSource: (type) => this.providesSource(type),
      connectionsOf: (element) => element.#connections,
      onConnected: (change) => this.emitElementConnected(change),
      onDisconnected: (change) => this.emitElementDisconnected(change),
    });
  }

  #replan(): Promise<void> {
    this.pipeline.planner.update();
    return this.linksSettled();
  }
}
