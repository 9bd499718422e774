import { SdpEndpointBase } from "../generated/sdp-endpoint.js";
import type { OfferOptions } from "../generated/types.js";
import { isKurentoError, KurentoError } from "../model/errors.js";
import type { KurentoErrorName } from "../model/errors.js";
import type { MaybePromise } from "../model/schema-types.js";

/** How far the negotiation has come. */
type Negotiation = "none" | "offered" | "done";

/**
 * The order of SDP negotiation: once per endpoint, either offer and answer or the other way round; again only where a
 * subclass allows it. Subclasses make and read the SDP in {@link makeOffer}, {@link answerOffer} and
 * {@link acceptAnswer}.
 */
export abstract class SdpEndpoint extends SdpEndpointBase {
  #negotiation: Negotiation = "none";
  #hasOffered = false;
  #local: string | undefined;
  #remote: string | undefined;
  #maxAudioRecvBandwidth = 0;
  #maxVideoRecvBandwidth = 0;

  /** Makes the offer. */
  protected abstract makeOffer(options: OfferOptions | undefined): Promise<string>;
  /** Takes a remote offer and makes the answer. */
  protected abstract answerOffer(offer: string): Promise<string>;
  /** Takes the remote answer; gives the local description, updated to what was agreed. */
  protected abstract acceptAnswer(answer: string): Promise<string>;

  /**
   * Whether an offer that comes after a negotiation goes on with its session, and is to be answered.
   * @throws KurentoError 40201 when it cannot be read
   */
  protected continuesSession(_offer: string): boolean {
    return false;
  }

  /** Whether this endpoint may make further offers after a negotiation. */
  protected get mayOfferAgain(): boolean {
    return false;
  }

  /** @throws KurentoError 40208 after any negotiation, 40204 when no offer can be made */
  async generateOffer(options?: OfferOptions): Promise<string> {
    const isAllowed = this.#negotiation === "done" && this.mayOfferAgain;
    if (this.#negotiation !== "none" && !isAllowed) throw alreadyNegotiated();
    const offer = await failingWith(
      "SDP_END_POINT_GENERATE_OFFER_ERROR",
      "Error generating offer",
      this.makeOffer(options),
    );
    this.#negotiation = "offered";
    this.#hasOffered = true;
    this.#local = offer;
    return offer;
  }

  /**
   * @throws KurentoError 40201 for an offer that is none, 40208 after a negotiation of another session, 40205 when it
   *   cannot be answered
   */
  async processOffer(offer: string): Promise<string> {
    checkSdp(offer, "Empty offer not valid");
    if (this.#negotiation !== "none" && !this.continuesSession(offer)) throw alreadyNegotiated();
    const answer = await failingWith(
      "SDP_END_POINT_PROCESS_OFFER_ERROR",
      "Error processing offer",
      this.answerOffer(offer),
    );
    this.#finish(answer, offer);
    return answer;
  }

  /** @throws KurentoError 40201 for an answer that is none, 40209 without an offer, 40210 the second time, 40206 else */
  async processAnswer(answer: string): Promise<string> {
    checkSdp(answer, "Empty answer not valid");
    if (!this.#hasOffered) {
      const text = "Offer not generated. It is not possible to process an answer.";
      throw new KurentoError("SDP_END_POINT_NOT_OFFER_GENERATED", text);
    }
    if (this.#negotiation === "done") {
      throw new KurentoError(
        "SDP_END_POINT_ANSWER_ALREADY_PROCCESED",
        "Sdp Answer already processed",
      );
    }
    const local = await failingWith(
      "SDP_END_POINT_PROCESS_ANSWER_ERROR",
      "Error processing answer",
      this.acceptAnswer(answer),
    );
    this.#finish(local, answer);
    return local;
  }

  /** @throws KurentoError 40202 before an offer or answer was made */
  getLocalSessionDescriptor(): string {
    if (this.#local === undefined)
      throw new KurentoError("SDP_END_POINT_NO_LOCAL_SDP_ERROR", "No local SDP");
    return this.currentLocalSdp(this.#local);
  }

  /** @throws KurentoError 40203 before the remote side's was processed */
  getRemoteSessionDescriptor(): string {
    if (this.#remote === undefined)
      throw new KurentoError("SDP_END_POINT_NO_REMOTE_SDP_ERROR", "No remote SDP");
    return this.#remote;
  }

  /** kbps; 0 = unlimited. */
  getMaxAudioRecvBandwidth(): number {
    return this.#maxAudioRecvBandwidth;
  }

  setMaxAudioRecvBandwidth(maxAudioRecvBandwidth: number): void {
    this.#maxAudioRecvBandwidth = maxAudioRecvBandwidth;
  }

  /** kbps; 0 = unlimited. */
  getMaxVideoRecvBandwidth(): number {
    return this.#maxVideoRecvBandwidth;
  }

  setMaxVideoRecvBandwidth(maxVideoRecvBandwidth: number): MaybePromise<void> {
    this.#maxVideoRecvBandwidth = maxVideoRecvBandwidth;
  }

  /** Whether {@link currentLocalSdp} needs no text of before once there was a negotiation; it is not kept then. */
  protected get describesItself(): boolean {
    return false;
  }

  /** What {@link getLocalSessionDescriptor} gives for the negotiated SDP; with candidates gathered since, for example. */
  protected currentLocalSdp(negotiated: string): string {
    return negotiated;
  }

  #finish(local: string, remote: string): void {
    this.#negotiation = "done";
    this.#local = this.describesItself ? "" : local;
    const isFirst = this.#remote === undefined;
    this.#remote = remote;
    if (isFirst) this.emitMediaSessionStarted();
  }
}

function checkSdp(sdp: string, emptyText: string): void {
  if (sdp === "") throw new KurentoError("SDP_PARSE_ERROR", emptyText);
  if (!/^v=/m.test(sdp)) throw new KurentoError("SDP_PARSE_ERROR", "Invalid SDP");
}

function alreadyNegotiated(): KurentoError {
  return new KurentoError("SDP_END_POINT_ALREADY_NEGOTIATED", "Endpoint already negotiated");
}

// A KurentoError says more than the general one; anything else becomes the general one with the cause kept for the log.
async function failingWith<T>(code: KurentoErrorName, text: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isKurentoError(error) ? error : new KurentoError(code, text, { cause: error });
  }
}
