// What negotiation knows of a session, free of SDP syntax. Reading and writing of the text are in read.ts and write.ts.

export type MediaKind = "audio" | "video";
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";
export type DtlsSetup = "actpass" | "active" | "passive";

/** One payload type of an m-line with everything said about it. */
export interface Codec {
  readonly payloadType: number;
  /** Encoding name in upper case, as our formats name it: "VP8", "OPUS". */
  readonly codec: string;
  /** Encoding name as it is written in `a=rtpmap`. */
  readonly encodingName: string;
  /** Clock rate in Hz. */
  readonly clockRate: number;
  /** Audio channels; 1 where rtpmap does not say, 0 for video. */
  readonly channels: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** The fmtp line as it came, or undefined without one. */
  readonly fmtp: string | undefined;
  /** `a=rtcp-fb` kinds, such as "nack pli". */
  readonly feedback: readonly string[];
  /** Payload type of its retransmission format (RFC 4588, `apt`), or absent without one. */
  readonly rtx?: number | undefined;
}

/** A stream and the one that repeats its packets (`a=ssrc-group:FID`, RFC 5576 4.2). */
export interface RtxSsrc {
  readonly ssrc: number;
  readonly rtx: number;
}

/** One version of a source in simulcast (RFC 8853), named by its `a=rid` (RFC 8851). */
export interface SimulcastLayer {
  readonly rid: string;
  readonly isPaused: boolean;
  /** Restrictions as written behind the direction: "pt=96;max-width=320", or undefined without any. */
  readonly restrictions: string | undefined;
}

/** An SCTP association's end (RFC 8841). */
export interface DataChannelParameters {
  /** SCTP port, 1 to 65535. */
  readonly port: number;
  /** Largest message in bytes that this end takes; 0 for no limit. */
  readonly maxMessageSize: number;
}

export interface HeaderExtension {
  readonly id: number;
  readonly uri: string;
}

export interface Fingerprint {
  /** Hash name as in RFC 8122: "sha-256". */
  readonly algorithm: string;
  readonly value: string;
}

export interface IceParameters {
  readonly ufrag: string;
  readonly pwd: string;
}

/** One m-line of the other side. */
export interface RemoteMedia {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  /** Payload types or, for data, the format name, as written. */
  readonly formats: string;
  readonly mid: string | undefined;
  readonly direction: Direction;
  readonly codecs: readonly Codec[];
  readonly extensions: readonly HeaderExtension[];
  /** Primary SSRCs: without those of retransmissions and of forward error correction. */
  readonly ssrcs: readonly number[];
  readonly rtxSsrcs: readonly RtxSsrc[];
  /** How many different tracks its SSRCs belong to; more than one only in Plan B. */
  readonly trackCount: number;
  /** Layers that are sent here, the preferred one first; empty without simulcast. */
  readonly simulcast: readonly SimulcastLayer[];
  /** Most that may be sent to the other side, in kbit/s, 0 when it does not say (`b=AS`, `b=TIAS`). */
  readonly bandwidthKbps: number;
  readonly rtcpMux: boolean;
  readonly rtcpReducedSize: boolean;
  readonly ice: IceParameters | undefined;
  readonly fingerprints: readonly Fingerprint[];
  readonly setup: DtlsSetup | undefined;
  readonly candidates: readonly string[];
  readonly endOfCandidates: boolean;
  readonly data: DataChannelParameters | undefined;
  /** Attributes that an answer repeats (api.md B6). */
  readonly repeated: RepeatedAttributes;
}

export interface RepeatedAttributes {
  readonly framerate?: number | undefined;
  readonly ptime?: number | undefined;
  readonly maxptime?: number | undefined;
  /** Whole attributes that are repeated as they are: "lang:en", "quality:10". */
  readonly verbatim?: readonly string[];
}

/** The other side's whole description. */
export interface RemoteSession {
  readonly sessionId: string;
  readonly version: bigint;
  readonly bundle: readonly string[];
  readonly isIceLite: boolean;
  readonly extmapAllowMixed: boolean;
  readonly msidSemantic: string | undefined;
  readonly media: readonly RemoteMedia[];
}

/** One m-line of ours; `codecs` empty and port 0 when it is rejected. */
export interface LocalMedia {
  readonly type: string;
  readonly protocol: string;
  /** What stands after the protocol of data, and of an m-line that is rejected. */
  readonly formats: string;
  readonly isRejected: boolean;
  /** Which of the endpoint's streams of its kind it carries, from 0; undefined when it carries none. */
  readonly stream: number | undefined;
  /** Which of the endpoint's transports carries it, from 0: what is bundled shares one, the others have one each. */
  readonly transport: number;
  readonly mid: string | undefined;
  readonly direction: Direction;
  readonly codecs: readonly Codec[];
  readonly extensions: readonly HeaderExtension[];
  readonly ssrc: number | undefined;
  /** SSRC of our retransmissions, where RTX is negotiated. */
  readonly rtxSsrc: number | undefined;
  readonly rtcpReducedSize: boolean;
  /** Layers that we receive, the preferred one first. */
  readonly simulcast: readonly SimulcastLayer[];
  readonly data: DataChannelParameters | undefined;
  readonly setup: DtlsSetup;
  /** kbit/s for `b=AS`, 0 for none. */
  readonly bandwidthKbps: number;
  readonly repeated: RepeatedAttributes;
}

/** Our whole description. */
export interface LocalSession {
  readonly sessionId: string;
  readonly version: number;
  /** Whether it groups its m-lines: always in offers, and in answers to such. */
  readonly isBundled: boolean;
  readonly extmapAllowMixed: boolean;
  readonly msidSemantic: string | undefined;
  readonly media: readonly LocalMedia[];
}

/** What a transport of ours adds to the accepted m-lines that it carries. */
export interface LocalTransport {
  readonly ice: IceParameters;
  readonly fingerprint: Fingerprint;
  readonly cname: string;
  readonly ssrc: SsrcsOfKind;
  /** SSRCs of our retransmissions; absent when native code does none, and then no RTX is negotiated. */
  readonly rtxSsrc?: SsrcsOfKind | undefined;
  /** Whether native code chooses among simulcast layers; if not, none are negotiated. */
  readonly simulcast: boolean;
}

/** One for each stream of the kind that the endpoint has. */
export type SsrcsOfKind = Readonly<Record<MediaKind, readonly number[]>>;

/** The stream of one m-line as native code takes it (`setRemote`). */
export interface NegotiatedStream {
  readonly medium: MediaKind;
  /** Which of the endpoint's streams of that medium, from 0. */
  readonly stream: number;
  /** Which of the endpoint's transports, from 0. */
  readonly transport: number;
  /** Which of its transport's streams of that medium, from 0. */
  readonly number: number;
  readonly mid: string;
  readonly direction: Direction;
  readonly codecs: readonly Codec[];
  readonly remoteSsrcs: readonly number[];
  readonly rtxSsrcs: readonly RtxSsrc[];
  readonly extensions: readonly HeaderExtension[];
  readonly rtcpReducedSize: boolean;
  /** Rids of the layers that we receive, without paused ones; undefined without simulcast. */
  readonly simulcastRids: readonly string[] | undefined;
  /** Most that we may send, in kbit/s; 0 for no limit. */
  readonly bandwidthKbps: number;
}

/** The other side's description cannot be agreed on; the message says why. */
export class SdpRefusedError extends Error {
  override readonly name = "SdpRefusedError";
}
