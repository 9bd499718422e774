import { MediaPipelineBase } from "../generated/media-pipeline.js";
import type { GstreamerDotDetails } from "../generated/types.js";
import { Planner } from "../graph/planner.js";
import type { IoThreadLease, ObjectContext } from "../model/object-context.js";
import { dumpDot, objectDot } from "./dot.js";

/**
 * A set of elements that can be connected to each other. It has an I/O thread of its own choice, on which packets enter
 * and leave GStreamer; endpoints start there too and, as they become many, are spread over all threads.
 */
export class MediaPipeline extends MediaPipelineBase {
  readonly #context: ObjectContext;
  readonly #thread: IoThreadLease;
  readonly #planner: Planner;
  #latencyStats = false;
  #branches = 0;

  constructor(context: ObjectContext) {
    super(context);
    this.#context = context;
    this.#thread = context.assignIoThread();
    const settings = {
      ioThread: this.#thread.index,
      newId: () => `${context.id}/branch-${(this.#branches += 1)}`,
      listen: context.nativeEvents.listen.bind(context.nativeEvents),
    };
    this.#planner = new Planner(context.host, settings, (error) =>
      context.log.error("planner failed", { pipeline: context.id, error }),
    );
  }

  /** Index of the pipeline's own I/O thread. */
  get ioThread(): number {
    return this.#thread.index;
  }

  /** A share of an I/O thread for a new endpoint of the pipeline. */
  assignEndpointThread(): IoThreadLease {
    return this.#context.assignEndpointThread(this.#thread.index);
  }

  /** Keeps the native links in line with the connections. */
  get planner(): Planner {
    return this.#planner;
  }

  override getMediaPipeline(): MediaPipeline {
    return this;
  }

  getLatencyStats(): boolean {
    return this.#latencyStats;
  }

  setLatencyStats(latencyStats: boolean): void {
    this.#latencyStats = latencyStats;
  }

  /** The graph of the whole pipeline. */
  getGstreamerDot(details?: GstreamerDotDetails): Promise<string> {
    return objectDot(this.#context.host, this, details);
  }

  /** Writes the graph into the directory that GST_DEBUG_DUMP_DOT_DIR names, if it does. */
  async dumpGstreamerDot(details?: GstreamerDotDetails): Promise<void> {
    await dumpDot(this.id, this.#context, () => this.getGstreamerDot(details));
  }

  override async release(): Promise<void> {
    await this.#planner.settled();
    this.#thread.end();
  }
}
