// Offer/answer of one WebRtcEndpoint, first and again: keeps both descriptions. A new one counts once it is committed.
import { KurentoError } from "@kms/core";
import type { KurentoErrorName, NativeMap } from "@kms/core";
import { randomInt } from "node:crypto";
import type { IceCandidate } from "../generated/types.js";
import { createAnswer, placesOf } from "../sdp/answer.js";
import type { Settled as SettledForAnswer } from "../sdp/answer.js";
import { createOffer } from "../sdp/offer.js";
import type { Capabilities, OfferWishes } from "../sdp/offer.js";
import { SdpSyntaxError, readSession } from "../sdp/read.js";
import { numberIn } from "../sdp/streams.js";
import { SdpRefusedError } from "../sdp/types.js";
import type {
  IceParameters,
  LocalSession,
  LocalTransport,
  MediaKind,
  RemoteMedia,
  RemoteSession,
} from "../sdp/types.js";
import { writeSession } from "../sdp/write.js";
import type { DescribedTransport, GatheredCandidates } from "../sdp/write.js";
import type { CandidateMedia } from "./ice-candidates.js";
import { agree, setupOf, transportLines } from "./web-rtc-agreement.js";
import type { Agreement, Roles, RolesOf } from "./web-rtc-agreement.js";
import { withStream } from "./web-rtc-media.js";

/** A negotiation that has been worked out, but not carried out. */
export interface Proposal {
  readonly local: LocalSession;
  readonly remote: RemoteSession;
  readonly agreement: Agreement;
  /** Transports on which the other side has restarted ICE (RFC 8445 9), so that this side must do so too. */
  readonly iceRestarts: readonly number[];
}

const PROCESSING_OFFER = ["SDP_END_POINT_PROCESS_OFFER_ERROR", "Error processing offer"] as const;

/** A number of streams for each kind of media. */
export type StreamCounts = Readonly<Record<MediaKind, number>>;

type TransportLine = Pick<RemoteMedia, "ice" | "fingerprints">;

/** What later negotiations need of the last one; the rest would be memory of each viewer. */
interface Settled {
  readonly local: LocalSession;
  readonly remote: Pick<RemoteSession, "sessionId" | "version">;
  /** Of the remote side, by transport. */
  readonly lines: ReadonlyMap<number, TransportLine>;
  readonly roles: RolesOf;
}

/** What a negotiation needs: streams on the first transport, and transports. */
export interface Needs {
  readonly streams: StreamCounts;
  readonly transports: number;
}

/** The descriptions of one endpoint. */
export class WebRtcNegotiation {
  readonly #capabilities: Capabilities;
  readonly #sessionId = String(randomInt(2 ** 32 - 1));
  readonly #transports: LocalTransport[];
  #version = 0;
  #offered: LocalSession | undefined;
  #settled: Settled | undefined;

  /** @param transport the first one */
  constructor(transport: LocalTransport, capabilities: Capabilities) {
    this.#transports = [transport];
    this.#capabilities = capabilities;
  }

  /** What there is that m-lines can be carried by. */
  get has(): Needs {
    const { audio = [], video = [] } = this.#transports[0]?.ssrc ?? {};
    return {
      streams: { audio: audio.length, video: video.length },
      transports: this.#transports.length,
    };
  }

  /** What an offer needs. */
  needsToOffer(): Needs {
    return { streams: this.#capabilities.mediaCount, transports: 1 };
  }

  /**
   * What the answer to an offer needs.
   * @throws KurentoError 40205 when it cannot be answered
   */
  needsToAnswer(remote: RemoteSession): Needs {
    const places = refusing(...PROCESSING_OFFER, () =>
      placesOf(remote, this.#capabilities, this.#settledForAnswer()),
    );
    const count = (kind: MediaKind): number =>
      1 +
      Math.max(
        0,
        ...[...places].map(([{ type }, { transport, stream = 0 }]) =>
          type === kind ? numberIn(transport, stream) : 0,
        ),
      );
    return {
      streams: { audio: count("audio"), video: count("video") },
      transports: 1 + Math.max(0, ...[...places.values()].map(({ transport }) => transport)),
    };
  }

  /** The first transport has one more stream, with what the native `streamParameters` gives. */
  useStream(kind: MediaKind, stream: NativeMap): void {
    this.#changeTransport(0, (transport) => withStream(transport, kind, stream));
  }

  /** There is one more transport. */
  useTransport(transport: LocalTransport): void {
    this.#transports.push(transport);
  }

  /** Makes an offer; after an earlier negotiation one that changes the session. */
  offer(wishes: OfferWishes): LocalSession {
    const ingredients = { wishes, capabilities: this.#capabilities, transport: this.#first };
    const offer = createOffer(ingredients, this.#nextOrigin(), this.#settled?.local);
    this.#version = offer.version;
    this.#offered = offer;
    return offer;
  }

  /**
   * Works out the answer to an offer.
   * @throws KurentoError 40205 when it cannot be answered
   */
  answer(remote: RemoteSession): Proposal {
    const ingredients = { capabilities: this.#capabilities, transports: this.#transports };
    return refusing(...PROCESSING_OFFER, () => {
      const local = createAnswer(remote, ingredients, this.#nextOrigin(), this.#settledForAnswer());
      return this.#propose(remote, local, remote.isIceLite ? "controlling" : "controlled");
    });
  }

  /**
   * Works out what an answer to our offer means.
   * @throws KurentoError 40201 when the text is no SDP, 40206 when it answers another offer
   */
  accept(text: string): Proposal {
    const remote = readRemote(text);
    const local = this.#offered;
    return refusing("SDP_END_POINT_PROCESS_ANSWER_ERROR", "Error processing answer", () => {
      if (local === undefined || !hasSameLines(remote, local)) {
        throw new SdpRefusedError("its m-lines are not those of the offer");
      }
      return this.#propose(remote, local, "controlling");
    });
  }

  /** Makes a proposal the state of things. */
  commit(proposal: Proposal): void {
    const { transports } = proposal.agreement;
    const roles = new Map([
      ...transports.map(({ transport, roles: agreed }) => [transport, agreed] as const),
      ...(this.#settled?.roles ?? []),
    ]);
    const { local, remote } = proposal;
    const { sessionId, version } = remote;
    const lines = new Map(
      [...transportLines(remote, local)].map(([at, { ice, fingerprints }]) => [
        at,
        { ice, fingerprints },
      ]),
    );
    this.#settled = { local, remote: { sessionId, version }, lines, roles };
    this.#version = local.version;
    this.#offered = undefined;
  }

  /** Whether an offer goes on with the session of the last remote description (RFC 3264 8): same id, higher version. */
  isRenegotiation(text: string): boolean {
    const last = this.#settled?.remote;
    if (last === undefined) return false;
    const { sessionId, version } = readRemote(text);
    return sessionId !== "" && sessionId === last.sessionId && version > last.version;
  }

  /** Our credentials on a transport after an ICE restart. */
  useIce(transport: number, ice: IceParameters): void {
    this.#changeTransport(transport, (before) => ({ ...before, ice }));
  }

  /** Our description with the candidates that each transport has found: an offer under way, else what was agreed on last. */
  describe(gathered: readonly GatheredCandidates[]): string | undefined {
    const local = this.#local;
    const described = (transport: LocalTransport, index: number): DescribedTransport => ({
      transport,
      gathered: gathered[index],
    });
    const [, ...others] = this.#transports.map(described);
    return local && writeSession(local, [described(this.#first, 0), ...others]);
  }

  /** Whether a remote candidate is for an m-line of ours, rejected ones included; true before there are any. */
  hasMedia({ sdpMid, sdpMLineIndex }: IceCandidate): boolean {
    const local = this.#local;
    if (local === undefined) return true;
    return local.media.some(({ mid }, index) =>
      sdpMid === "" ? sdpMLineIndex === index : sdpMid === (mid ?? String(index)),
    );
  }

  /** The m-lines that candidates of a transport are announced for. */
  candidateMedia(of: number): readonly CandidateMedia[] {
    return (this.#local?.media ?? []).flatMap(({ isRejected, mid, transport }, index) =>
      isRejected || transport !== of ? [] : [{ mid: mid ?? String(index), index }],
    );
  }

  /** The transport that a remote candidate is for; the first one where its m-line has none. */
  transportOf({ sdpMid, sdpMLineIndex }: IceCandidate): number {
    const line = this.#local?.media.find(({ mid }, index) =>
      sdpMid === "" ? sdpMLineIndex === index : sdpMid === (mid ?? String(index)),
    );
    return line?.transport ?? 0;
  }

  get #local(): LocalSession | undefined {
    return this.#offered ?? this.#settled?.local;
  }

  #nextOrigin(): { sessionId: string; version: number } {
    return { sessionId: this.#sessionId, version: this.#version + 1 };
  }

  get #first(): LocalTransport {
    const [first] = this.#transports;
    if (first) return first;
    throw new TypeError("a negotiation has a transport from the start");
  }

  #changeTransport(at: number, change: (before: LocalTransport) => LocalTransport): void {
    const before = this.#transports[at];
    if (before) this.#transports[at] = change(before);
  }

  #settledForAnswer(): SettledForAnswer | undefined {
    if (this.#settled === undefined) return undefined;
    const { local, roles } = this.#settled;
    return { local, setups: new Map([...roles].map(([at, one]) => [at, setupOf(one)])) };
  }

  #propose(remote: RemoteSession, local: LocalSession, ice: Roles["ice"]): Proposal {
    const agreement = agree(remote, local, ice, this.#settled?.roles ?? new Map());
    const last = this.#settled?.lines;
    const iceRestarts = [...transportLines(remote, local)].flatMap(([transport, line]) =>
      restartsIce(last?.get(transport), line) ? [transport] : [],
    );
    return { local, remote, agreement, iceRestarts };
  }
}

/**
 * Whether ICE starts anew on an endpoint that had it already.
 * @throws SdpRefusedError when DTLS would have to start anew as well: that takes another endpoint
 */
function restartsIce(last: TransportLine | undefined, now: TransportLine): boolean {
  if (last?.ice === undefined || now.ice === undefined) return false;
  const fingerprint = ({ fingerprints }: TransportLine): string => JSON.stringify(fingerprints);
  if (fingerprint(last).toLowerCase() !== fingerprint(now).toLowerCase()) {
    throw new SdpRefusedError("the fingerprint is not that of the session");
  }
  return last.ice.ufrag !== now.ice.ufrag || last.ice.pwd !== now.ice.pwd;
}

function hasSameLines(remote: RemoteSession, local: LocalSession): boolean {
  return (
    remote.media.length === local.media.length &&
    remote.media.every(({ type }, index) => type === local.media[index]?.type)
  );
}

/**
 * Reads what the remote side says.
 * @throws KurentoError 40201 when the text is no SDP
 */
export function readRemote(text: string): RemoteSession {
  try {
    return readSession(text);
  } catch (error) {
    if (error instanceof SdpSyntaxError) throw new KurentoError("SDP_PARSE_ERROR", error.message);
    throw error;
  }
}

function refusing<T>(code: KurentoErrorName, text: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SdpRefusedError)) throw error;
    throw new KurentoError(code, error.message === "" ? text : `${text}: ${error.message}`);
  }
}
