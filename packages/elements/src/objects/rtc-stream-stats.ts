// RTP streams and their codecs: RTCInboundRTPStreamStats, RTCOutboundRTPStreamStats, RTCCodec.
import { mapField, numberField, textField } from "@kms/core";
import type { NativeMap } from "@kms/core";
import type { Entry } from "./rtc-stats.js";

type Fields = Readonly<Record<string, unknown>>;

/** The entry of one stream, without the ids of others. */
export function streamFields(stream: NativeMap): Entry {
  const isInbound = textField(stream, "direction") === "inbound";
  return {
    key: `${isInbound ? "inbound" : "outbound"} ${String(stream["ssrc"])}`,
    register: isInbound ? "RTCInboundRTPStreamStats" : "RTCOutboundRTPStreamStats",
    type: isInbound ? "inboundrtp" : "outboundrtp",
    fields: {
      ...commonFields(stream),
      ...(isInbound ? inboundFields(stream) : outboundFields(stream)),
    },
  };
}

/** The entry of the stream's codec; none before the first packet. Streams of one codec share it. */
export function codecFields(stream: NativeMap): Entry | undefined {
  if (stream["codec"] === undefined) return undefined;
  const codec = mapField(stream, "codec");
  const payloadType = numberField(codec, "payloadType");
  return {
    key: `codec ${textField(stream, "medium")} ${payloadType}`,
    register: "RTCCodec",
    type: "track",
    fields: {
      payloadType,
      codec: textField(codec, "codec"),
      clockRate: numberField(codec, "clockRate"),
      channels: numberField(codec, "channels"),
      parameters: parametersOf(codec),
    },
  };
}

/** As an `a=fmtp` line has them. */
function parametersOf(codec: NativeMap): string {
  if (codec["parameters"] === undefined) return "";
  const entries = Object.entries(mapField(codec, "parameters"));
  return entries.map(([name, value]) => `${name}=${String(value)}`).join(";");
}

function commonFields(stream: NativeMap): Fields {
  return {
    ssrc: String(stream["ssrc"]),
    associateStatsId: "",
    isRemote: false,
    // The original leaves it empty; what tells tracks of one type apart is the mid of their m-line.
    mediaTrackId: String(stream["mid"] ?? ""),
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

function inboundFields(stream: NativeMap): Fields {
  return {
    packetsReceived: numberField(stream, "packets"),
    bytesReceived: numberField(stream, "bytes"),
    jitter: numberField(stream, "jitter"),
  };
}

function outboundFields(stream: NativeMap): Fields {
  return {
    packetsSent: numberField(stream, "packets"),
    bytesSent: numberField(stream, "bytes"),
    targetBitrate: numberField(stream, "targetBitrate"),
    roundTripTime: numberField(stream, "roundTripTime"),
  };
}
