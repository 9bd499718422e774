// Negotiation as tests need it: text in, text out.
import { createAnswer } from "./answer.js";
import type { Settled } from "./answer.js";
import { agreedLines, negotiatedStreams } from "./agree.js";
import { CodecCatalogue, DEFAULT_CODECS } from "./codecs.js";
import type { CodecSettings } from "./codecs.js";
import { createOffer } from "./offer.js";
import type { Capabilities, OfferWishes } from "./offer.js";
import { readSession } from "./read.js";
import { DATA_CHANNELS } from "./settings.js";
import type { LocalSession, LocalTransport, NegotiatedStream, RemoteSession } from "./types.js";
import { writeSession } from "./write.js";
import type { GatheredCandidates } from "./write.js";

/** A transport that can do everything. */
export const TRANSPORT: LocalTransport = {
  ice: { ufrag: "ours", pwd: "ourpasswordourpassword" },
  fingerprint: { algorithm: "sha-256", value: "00:11" },
  cname: "cname",
  ssrc: { audio: [11], video: [22, 32] },
  rtxSsrc: { audio: [12], video: [23, 33] },
  simulcast: true,
};
/** That of a second m-line outside of the bundle. */
export const SECOND_TRANSPORT: LocalTransport = {
  ...TRANSPORT,
  ice: { ufrag: "second", pwd: "secondpasswordsecondpw" },
  ssrc: { audio: [51], video: [52] },
  rtxSsrc: { audio: [61], video: [62] },
};
/** One that can do neither RTX nor simulcast. */
export const PLAIN_TRANSPORT: LocalTransport = {
  ...TRANSPORT,
  rtxSsrc: undefined,
  simulcast: false,
};
export const ORIGIN = { sessionId: "1234", version: 1 };
export const WISHES: OfferWishes = {
  audio: true,
  video: true,
  direction: "sendrecv",
  audioBandwidthKbps: 0,
  videoBandwidthKbps: 0,
};

/** Capabilities with one m-line of each kind; codecs as configured. */
export function capabilities(
  changes: Partial<Capabilities> = {},
  codecs: Partial<CodecSettings> = {},
): Capabilities {
  return {
    codecs: new CodecCatalogue({ ...DEFAULT_CODECS, ...codecs }),
    mediaCount: { audio: 1, video: 1 },
    data: undefined,
    ...changes,
  };
}

/** Capabilities of an endpoint with data channels. */
export const WITH_DATA = capabilities({ data: DATA_CHANNELS });

export function answerSession(
  offer: string,
  able: Capabilities = capabilities(),
  transport: LocalTransport = TRANSPORT,
  settled?: Settled,
): LocalSession {
  return createAnswer(
    readSession(offer),
    { capabilities: able, transports: [transport, SECOND_TRANSPORT] },
    ORIGIN,
    settled,
  );
}

export function answerTo(
  offer: string,
  able: Capabilities = capabilities(),
  transport: LocalTransport = TRANSPORT,
): string {
  return sdpOf(answerSession(offer, able, transport), undefined, transport);
}

/** A description as text. */
export function sdpOf(
  session: LocalSession,
  gathered?: GatheredCandidates,
  transport: LocalTransport = TRANSPORT,
): string {
  return writeSession(session, [{ transport, gathered }, { transport: SECOND_TRANSPORT }]);
}

export function offerSession(
  wishes: Partial<OfferWishes> = {},
  able: Capabilities = capabilities(),
  previous?: LocalSession,
): LocalSession {
  const ingredients = {
    wishes: { ...WISHES, ...wishes },
    capabilities: able,
    transport: TRANSPORT,
  };
  return createOffer(ingredients, ORIGIN, previous);
}

export function streams(remote: RemoteSession, local: LocalSession): NegotiatedStream[] {
  return negotiatedStreams(agreedLines(remote, local), remote.extmapAllowMixed);
}

/** The m-lines of a description. */
export function mLines(text: string): string[] {
  return text.split("\r\n").filter((line) => line.startsWith("m="));
}
