// Offer/answer of one WebRtcEndpoint, first and again: keeps both descriptions. A new one counts once it is committed.
import { KurentoError } from "@kms/core";
import type { KurentoErrorName, NativeMap } from "@kms/core";
import { randomInt } from "node:crypto";
import type { IceCandidate } from "../generated/types.js";
import { createAnswer } from "../sdp/answer.js";
import { createOffer } from "../sdp/offer.js";
import type { Capabilities, OfferWishes } from "../sdp/offer.js";
import { SdpSyntaxError, readSession } from "../sdp/read.js";
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
import type { GatheredCandidates } from "../sdp/write.js";
import type { CandidateMedia } from "./ice-candidates.js";
import { agree, setupOf, transportLine } from "./web-rtc-agreement.js";
import type { Agreement, Roles } from "./web-rtc-agreement.js";
import { withStream } from "./web-rtc-media.js";

/** A negotiation that has been worked out, but not carried out. */
export interface Proposal {
  readonly local: LocalSession;
  readonly remote: RemoteSession;
  readonly agreement: Agreement;
  /** Whether the other side has restarted ICE (RFC 8445 9), so that this side must do so too. */
  readonly restartsIce: boolean;
}

/** A number of streams for each kind of media. */
export type StreamCounts = Readonly<Record<MediaKind, number>>;

interface Settled extends Proposal {
  readonly roles: Roles | undefined;
}

/** The descriptions of one endpoint. */
export class WebRtcNegotiation {
  readonly #capabilities: Capabilities;
  readonly #sessionId = String(randomInt(2 ** 32 - 1));
  #transport: LocalTransport;
  #version = 0;
  #offered: LocalSession | undefined;
  #settled: Settled | undefined;

  constructor(transport: LocalTransport, capabilities: Capabilities) {
    this.#transport = transport;
    this.#capabilities = capabilities;
  }

  /** How many streams there are that m-lines can carry. */
  get streamCounts(): StreamCounts {
    const { audio, video } = this.#transport.ssrc;
    return { audio: audio.length, video: video.length };
  }

  /** How many streams an offer needs. */
  streamsToOffer(): StreamCounts {
    return this.#capabilities.mediaCount;
  }

  /**
   * How many streams the answer to an offer needs.
   * @throws KurentoError 40201 when the text is no SDP
   */
  streamsToAnswer(offer: string): StreamCounts {
    const { media } = readRemote(offer);
    const { mediaCount } = this.#capabilities;
    const count = (kind: MediaKind): number =>
      Math.min(media.filter(({ type }) => type === kind).length, mediaCount[kind]);
    return { audio: count("audio"), video: count("video") };
  }

  /** There is one more stream, with what the native `streamParameters` gives. */
  useStream(kind: MediaKind, stream: NativeMap): void {
    this.#transport = withStream(this.#transport, kind, stream);
  }

  /** Makes an offer; after an earlier negotiation one that changes the session. */
  offer(wishes: OfferWishes): LocalSession {
    const ingredients = { wishes, capabilities: this.#capabilities, transport: this.#transport };
    const offer = createOffer(ingredients, this.#nextOrigin(), this.#settled?.local);
    this.#version = offer.version;
    this.#offered = offer;
    return offer;
  }

  /**
   * Works out the answer to an offer.
   * @throws KurentoError 40201 when the text is no SDP, 40205 when it cannot be answered
   */
  answer(text: string): Proposal {
    const remote = readRemote(text);
    const ingredients = { capabilities: this.#capabilities, transport: this.#transport };
    return refusing("SDP_END_POINT_PROCESS_OFFER_ERROR", "Error processing offer", () => {
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
    const roles = this.#settled?.roles ?? proposal.agreement.roles;
    this.#settled = { ...proposal, roles };
    this.#version = proposal.local.version;
    this.#offered = undefined;
  }

  /** Whether an offer goes on with the session of the last remote description (RFC 3264 8): same id, higher version. */
  isRenegotiation(text: string): boolean {
    const last = this.#settled?.remote;
    if (last === undefined) return false;
    const { sessionId, version } = readRemote(text);
    return sessionId !== "" && sessionId === last.sessionId && version > last.version;
  }

  /** Our credentials after an ICE restart. */
  useIce(ice: IceParameters): void {
    this.#transport = { ...this.#transport, ice };
  }

  /** Our description with the candidates found so far: an offer under way, else what was agreed on last. */
  describe(gathered: GatheredCandidates): string | undefined {
    const local = this.#local;
    return local && writeSession(local, this.#transport, gathered);
  }

  /** Whether a remote candidate is for an m-line of ours, rejected ones included; true before there are any. */
  hasMedia({ sdpMid, sdpMLineIndex }: IceCandidate): boolean {
    const local = this.#local;
    if (local === undefined) return true;
    return local.media.some(({ mid }, index) =>
      sdpMid === "" ? sdpMLineIndex === index : sdpMid === (mid ?? String(index)),
    );
  }

  /** The m-lines that candidates are announced for. */
  get candidateMedia(): readonly CandidateMedia[] {
    return (this.#local?.media ?? []).flatMap(({ isRejected, mid }, index) =>
      isRejected ? [] : [{ mid: mid ?? String(index), index }],
    );
  }

  get #local(): LocalSession | undefined {
    return this.#offered ?? this.#settled?.local;
  }

  #nextOrigin(): { sessionId: string; version: number } {
    return { sessionId: this.#sessionId, version: this.#version + 1 };
  }

  #settledForAnswer(): Parameters<typeof createAnswer>[3] {
    const { local, roles } = this.#settled ?? {};
    return local && roles && { local, setup: setupOf(roles) };
  }

  #propose(remote: RemoteSession, local: LocalSession, ice: Roles["ice"]): Proposal {
    const agreement = agree(remote, local, ice, this.#settled?.roles);
    const last = this.#settled && transportLine(this.#settled.remote, this.#settled.local);
    const now = transportLine(remote, local);
    return { local, remote, agreement, restartsIce: restartsIce(last, now) };
  }
}

/**
 * Whether ICE starts anew on an endpoint that had it already.
 * @throws SdpRefusedError when DTLS would have to start anew as well: that takes another endpoint
 */
function restartsIce(last: RemoteMedia | undefined, now: RemoteMedia | undefined): boolean {
  if (last?.ice === undefined || now?.ice === undefined) return false;
  const fingerprint = ({ fingerprints }: RemoteMedia): string => JSON.stringify(fingerprints);
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

function readRemote(text: string): RemoteSession {
  try {
    return readSession(text);
  } catch (error) {
    if (error instanceof SdpSyntaxError) throw new KurentoError("SDP_PARSE_ERROR", error.message);
    throw error;
  }
}

function refusing(code: KurentoErrorName, text: string, work: () => Proposal): Proposal {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SdpRefusedError)) throw error;
    throw new KurentoError(code, error.message === "" ? text : `${text}: ${error.message}`);
  }
}
