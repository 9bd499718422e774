// What a WebRtcEndpoint and its peer agreed on, as native code takes it.
import type { NativeMap } from "@kms/core";
import { agreedLines, negotiatedStreams } from "../sdp/agree.js";
import type { AgreedLine } from "../sdp/agree.js";
import type {
  Codec,
  DtlsSetup,
  LocalSession,
  NegotiatedStream,
  RemoteMedia,
  RemoteSession,
} from "../sdp/types.js";

/** Roles of our side, which last as long as the endpoint. */
export interface Roles {
  readonly ice: "controlling" | "controlled";
  readonly dtls: "client" | "server";
}

/** What both sides agreed on; `remote` is undefined when they agreed on nothing. */
export interface Agreement {
  readonly streams: readonly NegotiatedStream[];
  /** Argument of the native `setRemote`. */
  readonly remote: NativeMap | undefined;
  readonly roles: Roles | undefined;
  readonly remoteCandidates: readonly string[];
  readonly endOfCandidates: boolean;
}

const NOTHING_AGREED: Agreement = {
  streams: [],
  remote: undefined,
  roles: undefined,
  remoteCandidates: [],
  endOfCandidates: false,
};

/** Works out what two descriptions agree on; roles are those of an earlier agreement, if there is one. */
export function agree(
  remote: RemoteSession,
  local: LocalSession,
  ice: Roles["ice"],
  earlier: Roles | undefined,
): Agreement {
  const lines = agreedLines(remote, local);
  const [first] = lines;
  if (first?.theirs.ice === undefined) return NOTHING_AGREED;
  const streams = negotiatedStreams(lines);
  const roles = earlier ?? { ice, dtls: dtlsRole(first) };
  return {
    streams,
    remote: remoteParameters(first.theirs, lines, streams, roles),
    roles,
    remoteCandidates: first.theirs.candidates,
    endOfCandidates: first.theirs.endOfCandidates,
  };
}

/** The m-line whose transport carries everything that was agreed on. */
export function transportLine(remote: RemoteSession, local: LocalSession): RemoteMedia | undefined {
  return agreedLines(remote, local)[0]?.theirs;
}

/** How our side of DTLS is written in `a=setup`. */
export function setupOf({ dtls }: Roles): DtlsSetup {
  return dtls === "client" ? "active" : "passive";
}

/** RFC 5763 5: whoever said "active" is the client. Without a word from an answerer, it is taken for the client. */
function dtlsRole({ ours, theirs }: AgreedLine): Roles["dtls"] {
  if (ours.setup !== "actpass") return ours.setup === "active" ? "client" : "server";
  return theirs.setup === "passive" ? "client" : "server";
}

function remoteParameters(
  transport: RemoteMedia,
  lines: readonly AgreedLine[],
  streams: readonly NegotiatedStream[],
  roles: Roles,
): NativeMap {
  return {
    iceRole: roles.ice,
    ice: { ...transport.ice },
    dtls: { role: roles.dtls, fingerprints: transport.fingerprints.map((one) => ({ ...one })) },
    streams: streams.map(nativeStream),
    ...dataParameters(lines),
  };
}

function dataParameters(lines: readonly AgreedLine[]): NativeMap {
  const line = lines.find(({ ours, theirs }) => ours.data && theirs.data);
  if (line?.theirs.data === undefined || line.ours.data === undefined) return {};
  return { data: { ...line.theirs.data, localPort: line.ours.data.port } };
}

function nativeStream(stream: NegotiatedStream): NativeMap {
  return {
    medium: stream.medium,
    number: stream.number,
    mid: stream.mid,
    direction: stream.direction,
    codecs: stream.codecs.map(nativeCodec),
    remoteSsrcs: [...stream.remoteSsrcs],
    extensions: stream.extensions.map(({ id, uri }) => ({ id, uri })),
    rtcpReducedSize: stream.rtcpReducedSize,
    ...(stream.rtxSsrcs.length > 0 && { rtxSsrcs: stream.rtxSsrcs.map((one) => ({ ...one })) }),
    ...(stream.simulcastRids && { simulcast: { rids: [...stream.simulcastRids] } }),
    ...(stream.bandwidthKbps > 0 && { bandwidthKbps: stream.bandwidthKbps }),
  };
}

function nativeCodec(codec: Codec): NativeMap {
  const { payloadType, clockRate, channels, rtx } = codec;
  return {
    payloadType,
    codec: codec.codec,
    clockRate,
    channels,
    parameters: { ...codec.parameters },
    feedback: [...codec.feedback],
    ...(rtx !== undefined && { rtx }),
  };
}
