// Native stream figures as the RTCInboundRTPStreamStats and RTCOutboundRTPStreamStats of api.md B12.
import { asRegister, listField, numberField, textField } from "@kms/core";
import type { MediaType, NativeMap, NativeValue, Stats } from "@kms/core";
import { randomUUID } from "node:crypto";

const MEDIUM_OF: Readonly<Record<MediaType, string>> = {
  AUDIO: "audio",
  VIDEO: "video",
  DATA: "data",
};

type StatsFields = Readonly<Record<string, unknown>>;

/** Makes the entries of one endpoint; each stream keeps its entry's id for life. */
export class RtcStats {
  readonly #ids = new Map<string, string>();

  /** Entries by id, for one type of media or for all. */
  entries(
    stats: NativeMap,
    mediaType: MediaType | undefined,
    nowMs: number,
  ): Record<string, Stats> {
    const wanted = mediaType && MEDIUM_OF[mediaType];
    const streams = listField(stats, "streams")
      .filter(isMap)
      .filter((stream) => wanted === undefined || stream["medium"] === wanted);
    return Object.fromEntries(streams.map((stream) => this.#entry(stream, nowMs)));
  }

  #entry(stream: NativeMap, nowMs: number): [string, Stats] {
    const isInbound = textField(stream, "direction") === "inbound";
    const id = this.#idOf(`${isInbound} ${String(stream["ssrc"])}`);
    const base = { id, timestampMillis: Math.trunc(nowMs) };
    if (isInbound) {
      const fields = {
        ...base,
        type: "inboundrtp",
        ...commonFields(stream),
        ...inboundFields(stream),
      } as const;
      return [id, asRegister("kurento.RTCInboundRTPStreamStats", fields)];
    }
    const fields = {
      ...base,
      type: "outboundrtp",
      ...commonFields(stream),
      ...outboundFields(stream),
    } as const;
    return [id, asRegister("kurento.RTCOutboundRTPStreamStats", fields)];
  }

  #idOf(key: string): string {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = randomUUID();
    this.#ids.set(key, id);
    return id;
  }
}

function isMap(value: NativeValue): value is NativeMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

function commonFields(stream: NativeMap): StatsFields {
  return {
    ssrc: String(stream["ssrc"]),
    associateStatsId: "",
    isRemote: false,
    mediaTrackId: "",
    transportId: "",
    codecId: "",
    firCount: numberField(stream, "firCount"),
    pliCount: numberField(stream, "pliCount"),
    nackCount: numberField(stream, "nackCount"),
    sliCount: 0,
    remb: numberField(stream, "remb"),
    packetsLost: numberField(stream, "packetsLost"),
    // In 256ths, as RTCP has it (RFC 3550, 6.4.1) and Kurento hands it on.
    fractionLost: Math.min(255, Math.trunc(numberField(stream, "fractionLost") * 256)),
  };
}

function inboundFields(stream: NativeMap): StatsFields {
  return {
    packetsReceived: numberField(stream, "packets"),
    bytesReceived: numberField(stream, "bytes"),
    jitter: numberField(stream, "jitter"),
  };
}

function outboundFields(stream: NativeMap): StatsFields {
  return {
    packetsSent: numberField(stream, "packets"),
    bytesSent: numberField(stream, "bytes"),
    targetBitrate: 0,
    roundTripTime: numberField(stream, "roundTripTime"),
  };
}
