// What negotiation knows of plain RTP m-lines (RtpEndpoint): addresses and keys in place of ICE and DTLS.
import type {
  Codec,
  Direction,
  DtlsSetup,
  HeaderExtension,
  MediaKind,
  RemoteMedia,
  RepeatedAttributes,
} from "./types.js";

/** Where packets go. */
export interface Destination {
  /** An IP literal. */
  readonly ip: string;
  /** 1..65535 */
  readonly port: number;
}

/** One `a=crypto` line that can be used: one key, no MKI, no session parameter that changes the protection. */
export interface CryptoAttribute {
  readonly tag: number;
  /** Suite as in SDP (RFC 4568 6.2): "AES_CM_128_HMAC_SHA1_80". */
  readonly suite: string;
  /** Master key followed by master salt. */
  readonly key: Uint8Array;
  /** Packets that the key may protect, where the other side says so. */
  readonly lifetime: number | undefined;
}

/** Suite and key of what an endpoint sends. */
export interface Protection {
  readonly suite: string;
  readonly key: Uint8Array;
}

/** One m-line of the other side. */
export interface PlainRemoteMedia {
  readonly line: RemoteMedia;
  /** Payload types that have an `a=rtpmap`. */
  readonly mapped: ReadonlySet<number>;
  /** Where RTP is sent to; undefined: to where it comes from. */
  readonly rtp: Destination | undefined;
  /** The same for RTCP. */
  readonly rtcp: Destination | undefined;
  /** `a=direction:active`: the other side is the one to send first (comedia). */
  readonly isActive: boolean;
  readonly crypto: readonly CryptoAttribute[];
}

/** The other side's whole description. */
export interface PlainRemoteSession {
  readonly extmapAllowMixed: boolean;
  readonly msidSemantic: string | undefined;
  readonly media: readonly PlainRemoteMedia[];
}

/** A codec of ours; static payload types need no `a=rtpmap`. */
export interface PlainCodec extends Codec {
  readonly isMapped: boolean;
}

/** One m-line of ours; a rejected one has only its first four members. */
export interface PlainLocalMedia {
  readonly type: string;
  readonly protocol: string;
  /** Payload types as offered, written when the m-line is rejected. */
  readonly formats: string;
  readonly mid: string | undefined;
  readonly accepted: AcceptedMedia | undefined;
}

/** What an m-line of ours says when it is not rejected. */
export interface AcceptedMedia {
  readonly kind: MediaKind;
  /** Of RTP. */
  readonly port: number;
  readonly rtcpMux: boolean;
  readonly direction: Direction;
  readonly codecs: readonly PlainCodec[];
  readonly extensions: readonly HeaderExtension[];
  readonly ssrc: number;
  readonly setup: DtlsSetup | undefined;
  /** Answered to `a=direction:active`. */
  readonly isPassive: boolean;
  readonly crypto: (Protection & { readonly tag: number }) | undefined;
  /** kbit/s for `b=AS`, 0 for none. */
  readonly bandwidthKbps: number;
  readonly repeated: RepeatedAttributes;
}

/** Our whole description. */
export interface PlainLocalSession {
  readonly extmapAllowMixed: boolean;
  readonly msidSemantic: string | undefined;
  readonly media: readonly PlainLocalMedia[];
}

/** What native code says of itself before any negotiation. */
export interface PlainTransport {
  readonly ip: string;
  readonly cname: string;
  readonly ssrc: { readonly audio: number; readonly video: number };
}

/** One medium as both sides agreed on it. */
export interface PlainStream {
  readonly medium: MediaKind;
  readonly mid: string;
  readonly direction: Direction;
  readonly codecs: readonly Codec[];
  readonly remoteSsrcs: readonly number[];
  readonly extensions: readonly HeaderExtension[];
  readonly rtp: Destination | undefined;
  readonly rtcp: Destination | undefined;
  readonly rtcpMux: boolean;
  readonly bandwidthKbps: number;
  /** Both directions' keys; undefined: plain RTP. */
  readonly crypto:
    | {
        readonly suite: string;
        readonly outbound: Uint8Array;
        readonly inbound: Uint8Array;
        readonly lifetime: number | undefined;
      }
    | undefined;
}
