/** Why a difference is accepted. */
export type ExceptionKind =
  /** A bug of the original that is not repeated. */
  | "bug"
  /** What a later issue builds. */
  | "later"
  /** What only a browser with media at the other end could bring about: media is not replayed. */
  | "media";

/** Exchanges, or events, in which this server differs from Kurento. */
export interface Exception {
  readonly kind: ExceptionKind;
  /** Name of the transcript up to its first dash. */
  readonly transcript: string;
  /** Numbers of the exchanges. */
  readonly exchanges?: readonly number[];
  /** Words that the text of an event has, all of them: type, object, what its data holds. */
  readonly events?: readonly string[];
  readonly reason: string;
  /** Section of `api.md` or `protocol.md`, transcript, or the issue that builds what is missing. */
  readonly source: string;
}

/**
 * All accepted differences. An object that a later issue makes possible to create takes everything along that names it, so
 * that only its creation stands here.
 */
export const exceptions: readonly Exception[] = [
  {
    kind: "bug",
    transcript: "00",
    exchanges: [39, 70],
    reason: "an empty map is null",
    source: "protocol.md 8: maps are JSON objects",
  },
  {
    kind: "bug",
    transcript: "00",
    exchanges: [36, 66],
    reason: "offers name RTP/SAVPF where DTLS is meant",
    source: "api.md B6, m-line protocol",
  },
  {
    kind: "bug",
    transcript: "01",
    exchanges: [24],
    reason: "an id that is true or false is echoed",
    source: "protocol.md 2",
  },
  {
    kind: "bug",
    transcript: "03",
    exchanges: [307, 308, 309],
    reason: "a parent of a wrong class fails with internal text",
    source: "protocol.md 8, object reference",
  },
  {
    kind: "bug",
    transcript: "04",
    exchanges: [155],
    reason: "disconnecting a source that was replaced ends the connection of the one in its place",
    source: "api.md B3, disconnect",
  },
  {
    kind: "bug",
    transcript: "05",
    exchanges: [126, 128, 133, 135, 137, 139, 141, 143, 145, 147, 149],
    reason: "text that is no JSON-RPC breaks the connection off",
    source: "protocol.md 2; 05-errors",
  },
  {
    kind: "bug",
    transcript: "05",
    exchanges: [151],
    reason: "JSON with text behind it is taken",
    source: "protocol.md 1, parser",
  },
  {
    kind: "bug",
    transcript: "06",
    events: ["Error <14>"],
    reason: "a player that is sought in flight tells of an error and stands still",
    source: "api.md B10, position",
  },
  {
    kind: "later",
    transcript: "06",
    exchanges: [95, 101, 108],
    events: [
      "UriEndpointStateChanged <37>",
      "UriEndpointStateChanged <42>",
      "UriEndpointStateChanged <46>",
      "Error <42>",
      "Error <46> UNEXPECTED_ELEMENT_ERROR",
    ],
    reason: "PlayerEndpoint: state and errors of media that cannot be played",
    source: "issue 5",
  },
  {
    kind: "bug",
    transcript: "07",
    exchanges: [9],
    reason: "newref:-1 fails with internal text",
    source: "protocol.md 3.1",
  },
  {
    kind: "bug",
    transcript: "07",
    exchanges: [22],
    reason: "offers name RTP/SAVPF where DTLS is meant",
    source: "api.md B6, m-line protocol",
  },
  {
    kind: "bug",
    transcript: "09",
    exchanges: [48, 52, 72],
    reason:
      "an m-line with no codec in common, or with port 0 in the offer, is accepted without a codec",
    source: "RFC 3264 6; api.md B6, answer media",
  },
  {
    kind: "bug",
    transcript: "09",
    exchanges: [112],
    reason: "SRTP whose key cannot be used is accepted without a key",
    source: "RFC 4568 7.1.2; api.md B9, SRTP",
  },
  {
    kind: "bug",
    transcript: "10",
    exchanges: [134],
    reason: "no statistics of candidate pairs that are being checked",
    source: "api.md B12, RTCIceCandidatePairStats",
  },
  {
    kind: "later",
    transcript: "10",
    exchanges: [128, 135],
    reason: "WebRtcEndpoint: ICE component 2",
    source: "issue 4",
  },
  {
    kind: "bug",
    transcript: "10",
    exchanges: [46, 49],
    reason: "media without fingerprint or ICE credentials are accepted, and never connect",
    source: "api.md B8",
  },
  {
    kind: "bug",
    transcript: "10",
    exchanges: [73, 76, 79, 82, 85, 88, 91],
    reason: "offers name RTP/SAVPF where DTLS is meant",
    source: "api.md B6, m-line protocol",
  },
  {
    kind: "bug",
    transcript: "05",
    exchanges: [80],
    reason: "Composite: a width of -5 is accepted",
    source: "COMPATIBILITY.md, Composite",
  },
  {
    kind: "bug",
    transcript: "11",
    exchanges: [35],
    reason: "an empty map is null",
    source: "protocol.md 8: maps are JSON objects",
  },
  {
    kind: "bug",
    transcript: "11",
    exchanges: [83, 84, 86, 88],
    reason: "Mixer: audio ports cannot be connected",
    source: "api.md B14, Mixer",
  },
  {
    kind: "later",
    transcript: "12",
    exchanges: [25, 26, 32],
    reason: "GStreamerFilter: odd types and values",
    source: "issue 5",
  },
  {
    kind: "bug",
    transcript: "12",
    exchanges: [33],
    reason: "a number that is none is told with the name of a C++ function",
    source: "api.md B15, setElementProperty",
  },
  {
    kind: "bug",
    transcript: "13",
    events: [
      "not expected UriEndpointStateChanged <5> START",
      "not expected UriEndpointStateChanged <5> STOP",
    ],
    reason: "a recorder that has stopped does not record again",
    source: "COMPATIBILITY.md, record after stop",
  },
  {
    kind: "bug",
    transcript: "13",
    events: ["Error <86> UNEXPECTED_ELEMENT_ERROR"],
    reason: "a file that cannot be opened is told of twice",
    source: "api.md B4",
  },
  {
    kind: "bug",
    transcript: "13",
    exchanges: [171],
    reason: "the split recorder needs a plugin that nobody has",
    source: "api.md B11, profiles",
  },
  {
    kind: "media",
    transcript: "14",
    exchanges: [43, 56],
    reason: "statistics of data channels that a browser opens and closes",
    source: "api.md B12",
  },
  {
    kind: "bug",
    transcript: "14",
    exchanges: [71, 72],
    reason: "offers name RTP/SAVPF where DTLS is meant",
    source: "api.md B6, m-line protocol",
  },
  {
    kind: "later",
    transcript: "14",
    exchanges: [51],
    reason: "RecorderEndpoint: latency statistics",
    source: "issue 5",
  },
  {
    kind: "media",
    transcript: "14",
    exchanges: [35, 36, 37, 38, 39, 40, 41, 42, 44, 45, 50, 58, 59, 77, 78],
    events: ["ConnectionStateChanged <4>", "ConnectionStateChanged <36>", "Error <4>"],
    reason: "a connected browser",
    source: "14-webrtc-chromium",
  },
];

/** Classes that later issues build: exchanges and events that name objects of them may differ. */
export const unbuiltClasses: Readonly<Record<string, string>> = {
  FaceOverlayFilter: "issue 5",
  ImageOverlayFilter: "issue 5",
  ZBarFilter: "issue 5",
};
