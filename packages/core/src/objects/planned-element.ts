import { MediaElementBase } from "../generated/media-element.js";
import type {
  AcceptedStream,
  EncoderSettings,
  MediaNode,
  MediaOrigin,
  Medium,
  OfferedStream,
} from "../graph/media.js";
import type { IoThreadLease, ObjectContext } from "../model/object-context.js";
import type { NativeMap, NativeValue } from "../native/host.js";
import { defaultDescription } from "./connection-table.js";
import { ElementStreams, firstStream } from "./element-streams.js";
import type { StreamName } from "./element-streams.js";
import { MediaActivity } from "./media-activity.js";
import type { FlowChange, FlowDirection } from "./media-activity.js";
import type { MediaPipeline } from "./media-pipeline.js";
import {
  flagField,
  mediumField,
  numberField,
  offeredStreamOf,
  textField,
} from "./native-fields.js";
import { toKurentoError } from "./native-errors.js";
import { NamedStream } from "./named-stream.js";
import { NativeObject } from "./native-object.js";
import type { NativeEventHandler } from "./native-object.js";

/**
 * An element as the planner sees it: with a native object, what its source offers and its sink takes, and whether media
 * flows. Its part of the API are the events about that.
 */
export abstract class PlannedElement extends MediaElementBase implements MediaNode {
  /** The services of the worker. */
  protected readonly context: ObjectContext;
  /** Last known flow and transcoding. */
  protected readonly activity: MediaActivity;
  readonly #pipeline: MediaPipeline;
  readonly #streams = new ElementStreams();
  readonly #nodes = new Map<string, NamedStream>();
  readonly #native: NativeObject;
  readonly #companions: NativeObject[] = [];
  #thread: IoThreadLease | undefined;

  constructor(context: ObjectContext) {
    super(context);
    if (context.pipeline === undefined)
      throw new TypeError(`element '${context.id}' has no pipeline`);
    this.context = context;
    this.#pipeline = context.pipeline;
    this.activity = new MediaActivity(this.#streams, {
      onFlow: (direction, change) => this.#emitFlow(direction, change),
      onTranscoding: (change) => this.emitMediaTranscodingStateChanged(change),
    });
    this.#native = new NativeObject(context);
    this.handleNative("sourceFormat", (data) => this.onSourceFormat(data));
    this.handleNative("flow", (data) => this.onNativeFlow(data));
    this.handleNative("error", (data) => this.#onNativeError(data));
  }

  // --- What subclasses use -------------------------------------------------------------------------------------

  /** The pipeline that the element belongs to. */
  protected get pipeline(): MediaPipeline {
    return this.#pipeline;
  }

  /** Id of the element's native object; `undefined` before {@link createNative} and for elements without one. */
  get nativeId(): string | undefined {
    return this.#native.id;
  }

  /**
   * Makes the element's native object; `ioThread`, the pipeline's, is added to the parameters.
   * @throws KurentoError with the code native code gave
   */
  protected async createNative(className: string, params: NativeMap = {}): Promise<void> {
    await this.#native.create(className, { ioThread: this.#pipeline.ioThread, ...params });
    this.#pipeline.planner.update(this);
  }

  /**
   * As {@link createNative}, for a native object that lives on an I/O thread: on the one that has room.
   * @throws KurentoError with the code native code gave
   */
  protected async createEndpoint(className: string, params: NativeMap = {}): Promise<void> {
    const thread = this.#pipeline.assignEndpointThread();
    this.#thread = thread;
    try {
      await this.createNative(className, { ioThread: thread.index, ...params });
    } catch (error) {
      thread.end();
      throw error;
    }
  }

  /**
   * A further native object of the element, with an id below its own, that goes when the element goes. It is for the caller
   * to create, on {@link ioThread} if it works together with the element's own.
   */
  protected addCompanion(name: string): NativeObject {
    const companion = new NativeObject(this.context, `${this.id}/${name}`);
    this.#companions.push(companion);
    return companion;
  }

  /** I/O thread of the element's native object. */
  protected get ioThread(): number {
    return this.#thread?.index ?? this.#pipeline.ioThread;
  }

  /**
   * Calls the native object.
   * @throws KurentoError with the code native code gave; 40108 when there is no native object
   */
  protected callNative(method: string, args: NativeMap = {}): Promise<NativeValue> {
    return this.#native.call(method, args);
  }

  /** Adds or replaces the handler of one kind of native event; kinds without one are ignored. */
  protected handleNative(type: string, handler: NativeEventHandler): void {
    this.#native.handle(type, handler);
  }

  /** Says what the element's sink takes from now on; `undefined` = nothing agreed yet. */
  protected setAccepts(
    medium: Medium,
    accepted: AcceptedStream | undefined,
    number = firstStream,
  ): void {
    this.#streams.get(medium, number).accepted = accepted;
    this.#pipeline.planner.update(this);
  }

  /** Says what the element's source offers from now on, where native code does not; `undefined` = nothing. */
  protected setOffers(
    medium: Medium,
    offered: OfferedStream | undefined,
    number = firstStream,
  ): void {
    this.#streams.get(medium, number).offered = offered;
    this.#pipeline.planner.update(this);
  }

  /** Says which native object carries a stream; `undefined` = the element's own. */
  protected setCarrier(medium: Medium, number: number, nativeId: string | undefined): void {
    this.#streams.get(medium, number).nativeId = nativeId;
    this.#pipeline.planner.update(this);
  }

  /** Gives the element's streams names for connections, in place of those that they had. */
  protected nameStreams(names: readonly StreamName[]): void {
    this.#streams.rename(names);
    this.#pipeline.planner.update(this);
  }

  /** Resolves when all links that follow from what was said so far are made. */
  protected linksSettled(): Promise<void> {
    return this.#pipeline.planner.settled();
  }

  // --- MediaNode: what the planner asks and tells ------------------------------------------------------------------

  get owner(): this {
    return this;
  }

  nativeIdOf(medium: Medium): string | undefined {
    return this.#streams.get(medium).nativeId ?? this.nativeId;
  }

  /** The element's node for the streams of that name. */
  streamNode(description: string): MediaNode {
    if (description === defaultDescription) return this;
    const known = this.#nodes.get(description);
    if (known !== undefined) return known;
    const owner = { element: this, streams: this.#streams, activity: this.activity };
    const made = new NamedStream(owner, description);
    this.#nodes.set(description, made);
    return made;
  }

  through(_medium: Medium): boolean {
    return false;
  }

  origin(medium: Medium): MediaOrigin | undefined {
    return { node: this, point: this.through(medium) ? "sink" : "source" };
  }

  sourceFormat(medium: Medium): OfferedStream | undefined {
    return this.#streams.get(medium).offered;
  }

  accepts(medium: Medium): AcceptedStream | undefined {
    return this.#streams.get(medium).accepted;
  }

  isOwnSourceFlowing(medium: Medium): boolean {
    return this.activity.isFlowing("out", medium);
  }

  onThroughFlow(medium: Medium, flowing: boolean): void {
    this.activity.setFlowing("in", medium, flowing);
    this.activity.setFlowing("out", medium, flowing);
  }

  onTranscoding(medium: Medium, transcoding: boolean): void {
    this.activity.setTranscoding(medium, transcoding);
  }

  onLinkError(medium: Medium, error: unknown): void {
    const { code, message } = toKurentoError(error);
    const description = `Error code ${code}: no ${medium} for ${this.getName()}: ${message}`;
    this.emitError({ description, errorCode: code, type: "UNEXPECTED_ELEMENT_ERROR" });
  }

  onConverterError(data: NativeMap): void {
    this.#onNativeError(data);
  }

  abstract outputCodec(medium: Medium): string | undefined;

  abstract encoderSettings(medium: Medium): EncoderSettings;

  override async release(): Promise<void> {
    for (const companion of this.#companions) await companion.release();
    await this.#native.release();
    this.#thread?.end();
  }

  /** Takes the event `sourceFormat` of a native object. */
  protected onSourceFormat(data: NativeMap): void {
    this.setOffers(mediumField(data, "medium"), offeredStreamOf(data), streamNumber(data));
  }

  /** Takes the event `flow` of a native object. */
  protected onNativeFlow(data: NativeMap): void {
    const direction = textField(data, "direction") === "in" ? "in" : "out";
    const medium = mediumField(data, "medium");
    this.activity.setFlowing(direction, medium, flagField(data, "flowing"), streamNumber(data));
    // Transparent elements downstream show what their source does.
    if (direction === "out") this.#pipeline.planner.update(this);
  }

  #onNativeError(data: NativeMap): void {
    const description = textField(data, "description");
    this.emitError({
      description,
      errorCode: numberField(data, "code"),
      type: textField(data, "type"),
    });
  }

  #emitFlow(direction: FlowDirection, change: FlowChange): void {
    if (direction === "in") this.emitMediaFlowInStateChanged(change);
    else this.emitMediaFlowOutStateChanged(change);
  }
}

/** Which stream of its medium an event is about; native objects with one do not say. */
function streamNumber(data: NativeMap): number {
  return data["number"] === undefined ? firstStream : numberField(data, "number");
}
