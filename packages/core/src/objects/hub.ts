import { HubBase } from "../generated/hub.js";
import type { GstreamerDotDetails } from "../generated/types.js";
import type { ObjectContext } from "../model/object-context.js";
import { dumpDot, objectDot } from "./dot.js";
import { MediaElement } from "./media-element.js";

/** Distributes or mixes media between its ports. */
export abstract class Hub extends HubBase {
  /** The services of the worker. */
  protected readonly context: ObjectContext;

  constructor(context: ObjectContext) {
    super(context);
    this.context = context;
  }

  /** The hub's ports, by id. */
  protected ports(): MediaElement[] {
    return this.getChildren().filter((child) => child instanceof MediaElement);
  }

  /** The part of the pipeline's graph around the hub's ports. */
  getGstreamerDot(details?: GstreamerDotDetails): Promise<string> {
    return objectDot(this.context.host, this, details);
  }

  /** Writes the graph into the directory that GST_DEBUG_DUMP_DOT_DIR names, if it does. */
  async dumpGstreamerDot(details?: GstreamerDotDetails): Promise<void> {
    await dumpDot(this.id, this.context, () => this.getGstreamerDot(details));
  }
}
