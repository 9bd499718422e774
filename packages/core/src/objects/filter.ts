import { FilterBase } from "../generated/filter.js";
import { rawFormat } from "../graph/media.js";
import type { Medium } from "../graph/media.js";
import { givenProperties } from "./filter-element.js";
import type { FilterElement, FilterElementOptions } from "./filter-element.js";
import { isNativeMap, mapField, textField } from "./native-fields.js";

/**
 * An element that changes one medium and hands the others on. A class whose work a GStreamer element does calls
 * {@link addElement} in its constructor and has no more to do; errors of the element become `Error` events.
 */
export abstract class Filter extends FilterBase {
  #filtered: Medium | undefined;
  #element: FilterElementOptions | undefined;

  /**
   * Says which GStreamer elements the filter is made of. Only in constructors, once.
   * @returns sets and reads their properties; usable once the filter is initialized
   */
  protected addElement(options: FilterElementOptions): FilterElement {
    this.#element = options;
    this.handleNative("elementMessage", (data) => {
      const { messages = {} } = options;
      const name = textField(data, "name");
      if (Object.hasOwn(messages, name)) messages[name]?.(mapField(data, "fields"));
    });
    return {
      set: async (properties) => {
        await this.callNative("setProperties", givenProperties(properties));
      },
      get: async (...names) => {
        const values = await this.callNative("getProperties", { names: [...names] });
        return isNativeMap(values) ? values : {};
      },
    };
  }

  /** @throws KurentoError 40108 when an element of {@link addElement} is not installed, 40001 for a bad property */
  override async initialize(): Promise<void> {
    if (this.#element === undefined) return;
    const { description, medium, properties = {} } = this.#element;
    const given = givenProperties(properties);
    await this.createNative("ElementFilter", { description, medium, properties: given });
    this.setFilteredMedium(medium);
  }

  /** Says which medium the filter works on, in raw frames; until then, and for the other one, media goes past it. */
  protected setFilteredMedium(medium: Medium): void {
    this.#filtered = medium;
    this.setAccepts(medium, { kind: "frames", formats: [rawFormat] });
  }

  override through(medium: Medium): boolean {
    return medium !== this.#filtered;
  }
}
