import { HubBase } from "../generated/hub.js";
import type { GstreamerDotDetails } from "../generated/types.js";
import { media } from "../graph/media.js";
import type { MediaOrigin, Medium } from "../graph/media.js";
import { KurentoError } from "../model/errors.js";
import type { ObjectContext } from "../model/object-context.js";
import type { NativeMap } from "../native/host.js";
import { dumpDot, objectDot } from "./dot.js";
import type { HubPort } from "./hub-port.js";
import type { MediaPipeline } from "./media-pipeline.js";
import { numberField, textField } from "./native-fields.js";

/** What a port's native object is made of. */
export interface NativePort {
  readonly className: string;
  readonly params: NativeMap;
}

/**
 * Distributes or mixes media between its ports. A subclass says what becomes of what enters a port ({@link mixes}) and
 * where what leaves it comes from ({@link portOrigin}), and calls {@link portsChanged} when an answer changes.
 */
export abstract class Hub extends HubBase {
  /** The services of the worker. */
  protected readonly context: ObjectContext;
  readonly #ports = new Set<HubPort>();

  constructor(context: ObjectContext) {
    super(context);
    this.context = context;
  }

  /** True when what enters a port ends in the hub, natively; else it is handed on untouched, and links go past the hub. */
  mixes(_medium: Medium): boolean {
    return false;
  }

  /** Where what leaves a port comes from; `undefined` while nothing does. */
  portOrigin(_port: HubPort, _medium: Medium): MediaOrigin | undefined {
    return undefined;
  }

  /** The native object that each port of a hub that mixes has; `undefined` for other hubs. */
  nativePort(): NativePort | undefined {
    return undefined;
  }

  /** Enters a port; called by the port before it can be used. */
  addPort(port: HubPort): void {
    this.#ports.add(port);
  }

  /** Forgets a port; called by the port before anything of it goes. */
  removePort(port: HubPort): void {
    this.#ports.delete(port);
    this.portRemoved(port);
    for (const medium of media) this.updateFlow(medium);
  }

  /** Says what leaves the ports now, when what enters one of them begins or ceases to flow. */
  updateFlow(medium: Medium): void {
    for (const port of this.#ports) port.updateFlowOut(medium);
  }

  /** The part of the pipeline's graph around the hub's ports. */
  getGstreamerDot(details?: GstreamerDotDetails): Promise<string> {
    return objectDot(this.context.host, this, details);
  }

  /** Writes the graph into the directory that GST_DEBUG_DUMP_DOT_DIR names, if it does. */
  async dumpGstreamerDot(details?: GstreamerDotDetails): Promise<void> {
    await dumpDot(this.id, this.context, () => this.getGstreamerDot(details));
  }

  // --- What subclasses use -------------------------------------------------------------------------------------

  /** The pipeline that the hub belongs to. */
  protected get pipeline(): MediaPipeline {
    const { pipeline } = this.context;
    if (pipeline === undefined) throw new TypeError(`hub '${this.id}' has no pipeline`);
    return pipeline;
  }

  /** The hub's ports, in the order in which they were made. */
  protected ports(): HubPort[] {
    return [...this.#ports];
  }

  /** To be overridden by subclasses that know something of the port: they forget it. */
  protected portRemoved(_port: HubPort): void {}

  /** @throws KurentoError 40004 with that text when one of the ports is another hub's */
  protected requireOwn(text: string, ...ports: readonly HubPort[]): void {
    if (!ports.every((port) => this.#ports.has(port)))
      throw new KurentoError("CONNECT_ERROR", text);
  }

  /** To be called when what the hub itself makes of a medium is offered in another format, or begins or ceases to flow. */
  protected sourceChanged(medium: Medium): void {
    this.pipeline.planner.update();
    this.updateFlow(medium);
  }

  /** Tells clients of an `error` event of the hub's native object. */
  protected emitNativeError(data: NativeMap): void {
    this.emitError({
      description: textField(data, "description"),
      errorCode: numberField(data, "code"),
      type: textField(data, "type"),
    });
  }

  /** Has media go its new ways; resolves when it does. */
  protected async portsChanged(): Promise<void> {
    const { planner } = this.pipeline;
    planner.update();
    for (const medium of media) this.updateFlow(medium);
    await planner.settled();
  }
}
