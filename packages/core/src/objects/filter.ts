import { FilterBase } from "../generated/filter.js";
import type { Medium } from "../graph/media.js";

/** An element that changes one medium and hands the others on. */
export abstract class Filter extends FilterBase {
  #filtered: Medium | undefined;

  /** Says which medium the filter works on; until then, and for the other one, media goes past it. */
  protected setFilteredMedium(medium: Medium): void {
    this.#filtered = medium;
    this.pipeline.planner.update();
  }

  override through(medium: Medium): boolean {
    return medium !== this.#filtered;
  }
}
