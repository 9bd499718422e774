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

/** What both sides agreed on for one transport. */
export interface TransportAgreement {
  /** Which of the endpoint's transports, from 0. */
  readonly transport: number;
  /** Argument of the native `setRemote`. */
  readonly remote: NativeMap;
  readonly roles: Roles;
  readonly remoteCandidates: readonly string[];
  readonly endOfCandidates: boolean;
  readonly hasData: boolean;
}

/** What both sides agreed on; nothing leaves no transport. */
export interface Agreement {
  readonly streams: readonly NegotiatedStream[];
  readonly transports: readonly TransportAgreement[];
}

/** Roles on each transport. */
export type RolesOf = ReadonlyMap<number, Roles>;

/** Works out what two descriptions agree on; roles are those of an earlier agreement, if there is one. */
export function agree(
  remote: RemoteSession,
  local: LocalSession,
  ice: Roles["ice"],
  earlier: RolesOf,
): Agreement {
  const lines = agreedLines(remote, local);
  const streams = negotiatedStreams(lines, remote.extmapAllowMixed);
  const transports = [...new Set(lines.map(({ ours }) => ours.transport))].flatMap((transport) => {
    const carried = lines.filter(({ ours }) => ours.transport === transport);
    const [first] = carried;
    if (first?.theirs.ice === undefined) return [];
    const roles = earlier.get(transport) ?? { ice, dtls: dtlsRole(first) };
    const own = streams.filter((stream) => stream.transport === transport);
    const data = dataParameters(carried);
    return [
      {
        transport,
        remote: { ...remoteParameters(first.theirs, own, roles), ...data },
        roles,
        remoteCandidates: first.theirs.candidates,
        endOfCandidates: first.theirs.endOfCandidates,
        hasData: data["data"] !== undefined,
      },
    ];
  });
  return { streams, transports };
}

/** The m-lines whose ICE and DTLS hold for each transport. */
export function transportLines(
  remote: RemoteSession,
  local: LocalSession,
): ReadonlyMap<number, RemoteMedia> {
  const lines = agreedLines(remote, local).reverse();
  return new Map(lines.map(({ ours, theirs }) => [ours.transport, theirs]));
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
  streams: readonly NegotiatedStream[],
  roles: Roles,
): NativeMap {
  return {
    iceRole: roles.ice,
    ice: { ...transport.ice },
    dtls: { role: roles.dtls, fingerprints: transport.fingerprints.map((one) => ({ ...one })) },
    streams: streams.map(nativeStream),
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
