// Native figures of an endpoint as the entries of getStats (api.md B12).
import { asRegister, isNativeMap, listField, mapField } from "@kms/core";
import type { MediaType, NativeMap, Stats } from "@kms/core";
import { randomUUID } from "node:crypto";
import { codecFields, streamFields } from "./rtc-stream-stats.js";
import { transportEntries } from "./rtc-transport-stats.js";

const MEDIUM_OF: Readonly<Record<MediaType, string>> = {
  AUDIO: "audio",
  VIDEO: "video",
  DATA: "data",
};

/** One entry before it has an id: a register of Kurento's with its fields. */
export interface Entry {
  /** Tells entries of an endpoint apart, the same for its life. */
  readonly key: string;
  readonly register: string;
  readonly type: Stats["type"];
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Gives the id of the entry with a key. */
export type IdOf = (key: string) => string;

/** Makes the entries of one endpoint; each keeps its id for life. */
export class RtcStats {
  readonly #ids = new Map<string, string>();

  /**
   * Entries by id.
   * @param native `{streams: [...], transport?: {...}}` of the native object
   * @param mediaType streams and codecs of that type only, and no transport; without it everything
   */
  entries(
    native: NativeMap,
    mediaType: MediaType | undefined,
    nowMs: number,
  ): Record<string, Stats> {
    const wanted = mediaType && MEDIUM_OF[mediaType];
    const streams = listField(native, "streams")
      .filter(isNativeMap)
      .filter((stream) => wanted === undefined || stream["medium"] === wanted);
    const transport = native["transport"] === undefined ? {} : mapField(native, "transport");
    const ofTransport = transportEntries(transport, this.#idOf);
    const transportId = ofTransport.length > 0 ? this.#idOf("transport") : "";
    const entries = [
      ...streams.flatMap((stream) => this.#streamEntries(stream, transportId)),
      ...(wanted === undefined ? ofTransport : []),
    ];
    return Object.fromEntries(entries.map((entry) => this.#finish(entry, nowMs)));
  }

  #streamEntries(stream: NativeMap, transportId: string): Entry[] {
    const entry = streamFields(stream);
    const codec = codecFields(stream);
    const ids = { transportId, codecId: codec ? this.#idOf(codec.key) : "" };
    const withIds = { ...entry, fields: { ...entry.fields, ...ids } };
    return codec ? [withIds, codec] : [withIds];
  }

  #finish({ key, register, type, fields }: Entry, nowMs: number): [string, Stats] {
    const id = this.#idOf(key);
    const stats = { id, type, timestampMillis: Math.trunc(nowMs), ...fields };
    return [id, asRegister(`kurento.${register}`, stats)];
  }

  readonly #idOf: IdOf = (key) => {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = randomUUID();
    this.#ids.set(key, id);
    return id;
  };
}
