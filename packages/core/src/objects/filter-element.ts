import type { Medium } from "../graph/media.js";
import type { NativeMap, NativeValue } from "../native/host.js";

/**
 * Properties of GStreamer elements by name: `property`, or `element::property` where there are several elements. Whole
 * numbers, fractions, booleans and texts go to properties of those types, a text also to an enumeration (its nick), a list
 * to a `GST_TYPE_ARRAY` and a map to a `GstStructure`. What is `undefined` is left as it is.
 */
export type ElementProperties = Readonly<Record<string, NativeValue | undefined>>;

/** The GStreamer elements that do the work of a filter, as its class describes them. */
export interface FilterElementOptions {
  /**
   * The elements, in the words of `gst-launch-1.0`: `kmsmirror`, or `videobalance name=colour ! kmsmirror`. They take and
   * give raw frames of any common format; converters are put around them. Written by the author of the class; nothing that
   * a client sends belongs in it, only in `properties`.
   */
  readonly description: string;
  readonly medium: Medium;
  /** Set before media flows. */
  readonly properties?: ElementProperties;
  /** What to do with the messages that the elements post for the application, by name; others are ignored. */
  readonly messages?: Readonly<Record<string, (fields: NativeMap) => void>>;
}

/** The elements of a filter while it lives. */
export interface FilterElement {
  /**
   * Sets properties while media flows: all, or none where one is refused.
   * @throws KurentoError 40001 for a property that is not there or cannot take the value, 40006 for one of an unusual type
   */
  set(properties: ElementProperties): Promise<void>;
  /**
   * Reads properties as they are now; enumerations come as nicks.
   * @throws KurentoError 40001 for a property that is not there
   */
  get(...names: readonly string[]): Promise<NativeMap>;
}

/** The properties that have a value. */
export function givenProperties(properties: ElementProperties): NativeMap {
  const given: NativeMap = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) given[name] = value;
  }
  return given;
}
