// Native parameters of a WebRtcEndpoint, and what it takes to send.
import { mapField, numberField, textField } from "@kms/core";
import type { Format, NativeMap } from "@kms/core";
import { isMediaCodec } from "../sdp/codecs.js";
import type {
  IceParameters,
  LocalTransport,
  MediaKind,
  NegotiatedStream,
  SsrcsOfKind,
} from "../sdp/types.js";

/** Reads what the native `localParameters` gives. */
export function localTransport(local: NativeMap): LocalTransport {
  const fingerprint = mapField(local, "fingerprint");
  return {
    ice: iceParameters(local),
    fingerprint: {
      algorithm: textField(fingerprint, "algorithm"),
      value: textField(fingerprint, "value"),
    },
    cname: textField(local, "cname"),
    ssrc: firstSsrcs(mapField(local, "ssrc")),
    rtxSsrc: "rtxSsrc" in local ? firstSsrcs(mapField(local, "rtxSsrc")) : undefined,
    simulcast: local["simulcast"] === true,
  };
}

/** Reads the credentials that the native `localParameters` and `restartIce` give. */
export function iceParameters(local: NativeMap): IceParameters {
  const ice = mapField(local, "ice");
  return { ufrag: textField(ice, "ufrag"), pwd: textField(ice, "pwd") };
}

function firstSsrcs(map: NativeMap): SsrcsOfKind {
  return { audio: [numberField(map, "audio")], video: [numberField(map, "video")] };
}

/** The transport with one more stream, as the native `streamParameters` describes it. */
export function withStream(
  transport: LocalTransport,
  kind: MediaKind,
  stream: NativeMap,
): LocalTransport {
  const more = (ssrcs: SsrcsOfKind, name: string): SsrcsOfKind => ({
    ...ssrcs,
    [kind]: [...ssrcs[kind], numberField(stream, name)],
  });
  const { ssrc, rtxSsrc } = transport;
  return {
    ...transport,
    ssrc: more(ssrc, "ssrc"),
    rtxSsrc: rtxSsrc && more(rtxSsrc, "rtxSsrc"),
  };
}

/** The formats that may be sent in a stream, best first; those that wrap or repair others come last. */
export function sentFormats({ medium, direction, codecs }: NegotiatedStream): Format[] {
  if (!direction.startsWith("send")) return [];
  const media = codecs.filter((codec) => isMediaCodec(medium, codec));
  const helpers = codecs.filter((codec) => !media.includes(codec));
  return [...media, ...helpers].map(({ codec, clockRate, channels, parameters }) => ({
    codec,
    clockRate,
    channels,
    parameters,
  }));
}
