// The transport of an endpoint: RTCTransportStats with the candidates and certificates that it uses.
import { flagField, isNativeMap, listField, mapField, numberField, textField } from "@kms/core";
import type { NativeMap } from "@kms/core";
import type { Entry, IdOf } from "./rtc-stats.js";

const CANDIDATE_TYPES: Readonly<Record<string, string>> = {
  host: "host",
  srflx: "serverreflexive",
  prflx: "peerreflexive",
  relay: "relayed",
};

const NOTHING_LINKED = {
  selectedCandidatePairId: "",
  localCertificateId: "",
  remoteCertificateId: "",
};

/** All entries of the transport; none before ICE has a candidate pair, without ICE before packets have come or gone. */
export function transportEntries(transport: NativeMap, idOf: IdOf): Entry[] {
  const pairs = transport["pairs"] === undefined ? [] : listField(transport, "pairs");
  const made = pairs.filter(isNativeMap).map((pair) => pairEntries(transport, pair, idOf));
  if (made.length === 0) return plainTransportEntries(transport);
  const selected = made.find(({ isSelected }) => isSelected)?.entry;
  const candidates = made.flatMap((each) => each.candidates);
  const certificates = selected
    ? ["local", "remote"].flatMap((side) => certificateEntry(transport, side))
    : []; // DTLS, which uses them, has no way before
  return [
    iceTransportEntry(transport, selected ? idOf(selected.key) : "", certificates, idOf),
    ...made.map(({ entry }) => entry),
    ...new Map(candidates.map((candidate) => [candidate.key, candidate])).values(),
    ...certificates,
  ];
}

/** One entry for all ports of an endpoint without ICE, once packets have gone either way. */
function plainTransportEntries(transport: NativeMap): Entry[] {
  if (transport["bytesSent"] === undefined || transport["iceState"] !== undefined) return [];
  const bytes = numberField(transport, "bytesSent") + numberField(transport, "bytesReceived");
  return bytes > 0 ? [transportEntry(transport, true, NOTHING_LINKED)] : [];
}

interface PairEntries {
  readonly isSelected: boolean;
  readonly entry: Entry;
  readonly candidates: readonly Entry[];
}

function pairEntries(transport: NativeMap, pair: NativeMap, idOf: IdOf): PairEntries {
  const local = candidateEntry("localcandidate", mapField(pair, "local"));
  const remote = candidateEntry("remotecandidate", mapField(pair, "remote"));
  const isSelected = flagField(pair, "isSelected");
  const entry = candidatePairEntry(pair, [local, remote], idOf);
  return {
    isSelected,
    entry: isSelected ? withBandwidth(entry, transport) : entry,
    candidates: [local, remote],
  };
}

/** Media takes the selected pair only, so nothing is known of what others can carry. */
function withBandwidth(pair: Entry, transport: NativeMap): Entry {
  const available = {
    availableOutgoingBitrate: numberField(transport, "availableOutgoing"),
    availableIncomingBitrate: numberField(transport, "availableIncoming"),
  };
  return { ...pair, fields: { ...pair.fields, ...available } };
}

function iceTransportEntry(
  transport: NativeMap,
  selectedCandidatePairId: string,
  certificates: readonly Entry[],
  idOf: IdOf,
): Entry {
  const certificateId = (key: string): string =>
    certificates.some((entry) => entry.key === key) ? idOf(key) : "";
  return transportEntry(transport, textField(transport, "dtlsState") === "CONNECTED", {
    selectedCandidatePairId,
    localCertificateId: certificateId("certificate local"),
    remoteCertificateId: certificateId("certificate remote"),
  });
}

function transportEntry(
  transport: NativeMap,
  activeConnection: boolean,
  links: typeof NOTHING_LINKED,
): Entry {
  return {
    key: "transport",
    register: "RTCTransportStats",
    type: "transport",
    fields: {
      bytesSent: numberField(transport, "bytesSent"),
      bytesReceived: numberField(transport, "bytesReceived"),
      rtcpTransportStatsId: "", // RTCP goes the same way
      activeConnection,
      ...links,
      packetsDropped: mapField(transport, "dropped"),
    },
  };
}

function candidatePairEntry(
  pair: NativeMap,
  [local, remote]: readonly [Entry, Entry],
  idOf: IdOf,
): Entry {
  const priorities = [mapField(pair, "local"), mapField(pair, "remote")].map((candidate) =>
    numberField(candidate, "priority"),
  );
  return {
    key: `pair ${local.key} ${remote.key}`,
    register: "RTCIceCandidatePairStats",
    type: "candidatepair",
    fields: {
      transportId: idOf("transport"),
      localCandidateId: idOf(local.key),
      remoteCandidateId: idOf(remote.key),
      state: textField(pair, "state"),
      // RFC 8445, 6.1.2.3; as far as a double can tell.
      priority: 2 ** 32 * Math.min(...priorities) + 2 * Math.max(...priorities),
      nominated: flagField(pair, "isNominated"),
      writable: numberField(pair, "responsesReceived") > 0,
      readable: numberField(pair, "requestsReceived") > 0,
      bytesSent: numberField(pair, "bytesSent"),
      bytesReceived: numberField(pair, "bytesReceived"),
      roundTripTime: numberField(pair, "roundTripTime"),
      availableOutgoingBitrate: 0,
      availableIncomingBitrate: 0,
      requestsSent: numberField(pair, "requestsSent"),
      requestsReceived: numberField(pair, "requestsReceived"),
      responsesSent: numberField(pair, "responsesSent"),
      responsesReceived: numberField(pair, "responsesReceived"),
      consentRequestsSent: numberField(pair, "consentRequestsSent"),
      currentRoundTripTime: numberField(pair, "roundTripTime"),
    },
  };
}

function candidateEntry(type: "localcandidate" | "remotecandidate", candidate: NativeMap): Entry {
  const ipAddress = textField(candidate, "ip");
  const portNumber = numberField(candidate, "port");
  const transport = textField(candidate, "transport");
  return {
    key: `${type} ${transport} ${ipAddress} ${portNumber}`,
    register: "RTCIceCandidateAttributes",
    type,
    fields: {
      ipAddress,
      portNumber,
      transport,
      candidateType: CANDIDATE_TYPES[textField(candidate, "type")] ?? "host",
      priority: numberField(candidate, "priority"),
      addressSourceUrl: "",
    },
  };
}

function certificateEntry(transport: NativeMap, side: string): Entry[] {
  const name = `${side}Certificate`;
  if (transport[name] === undefined) return [];
  const certificate = mapField(transport, name);
  const fields = {
    fingerprint: textField(certificate, "fingerprint"),
    fingerprintAlgorithm: "sha-256",
    base64Certificate: textField(certificate, "base64"),
    issuerCertificateId: "",
  };
  return [
    { key: `certificate ${side}`, register: "RTCCertificateStats", type: "transport", fields },
  ];
}
