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
  readonly ssrcs: readonly number[];
  readonly rtcpMux: boolean;
  readonly ice: IceParameters | undefined;
  readonly fingerprints: readonly Fingerprint[];
  readonly setup: DtlsSetup | undefined;
  readonly candidates: readonly string[];
  readonly endOfCandidates: boolean;
  readonly sctpPort: number | undefined;
  /** Attributes that an answer repeats (api.md B6). */
  readonly repeated: RepeatedAttributes;
}

export interface RepeatedAttributes {
  readonly framerate?: number | undefined;
  readonly ptime?: number | undefined;
  readonly maxptime?: number | undefined;
}

/** The other side's whole description. */
export interface RemoteSession {
  readonly sessionId: string;
  readonly version: number;
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
  /** Written after the protocol when the m-line is rejected. */
  readonly rejectedFormats: string;
  readonly isRejected: boolean;
  readonly mid: string | undefined;
  readonly direction: Direction;
  readonly codecs: readonly Codec[];
  readonly extensions: readonly HeaderExtension[];
  readonly ssrc: number | undefined;
  readonly setup: DtlsSetup;
  /** kbit/s for `b=AS`, 0 for none. */
  readonly bandwidthKbps: number;
  readonly repeated: RepeatedAttributes;
}

/** Our whole description. */
export interface LocalSession {
  readonly sessionId: string;
  readonly version: number;
  readonly extmapAllowMixed: boolean;
  readonly msidSemantic: string | undefined;
  readonly media: readonly LocalMedia[];
}

/** What our transport adds to every accepted m-line. */
export interface LocalTransport {
  readonly ice: IceParameters;
  readonly fingerprint: Fingerprint;
  readonly cname: string;
  readonly ssrc: { readonly audio: number; readonly video: number };
}

/** The stream of one medium as native code takes it (`setRemote`). */
export interface NegotiatedStream {
  readonly medium: MediaKind;
  readonly mid: string;
  readonly direction: Direction;
  readonly codecs: readonly Codec[];
  readonly remoteSsrcs: readonly number[];
  readonly extensions: readonly HeaderExtension[];
}
