// Offer/answer of one WebRtcEndpoint: keeps both descriptions, and gives native code what they agree on.
import { KurentoError } from "@kms/core";
import type { NativeMap } from "@kms/core";
import { randomInt } from "node:crypto";
import type { IceCandidate } from "../generated/types.js";
import { createAnswer, createOffer, negotiatedStreams, transportMedia } from "../sdp/negotiate.js";
import type { OfferWishes } from "../sdp/negotiate.js";
import { SdpSyntaxError, readSession } from "../sdp/read.js";
import type {
  Codec,
  LocalSession,
  LocalTransport,
  NegotiatedStream,
  RemoteMedia,
  RemoteSession,
} from "../sdp/types.js";
import { writeSession } from "../sdp/write.js";
import type { GatheredCandidates } from "../sdp/write.js";
import type { CandidateMedia } from "./ice-candidates.js";

/** What both sides agreed on; `remote` is undefined when they agreed on nothing. */
export interface Agreement {
  readonly streams: readonly NegotiatedStream[];
  readonly remote: NativeMap | undefined;
  readonly remoteCandidates: readonly string[];
  readonly endOfCandidates: boolean;
}

const NOTHING_AGREED: Agreement = {
  streams: [],
  remote: undefined,
  remoteCandidates: [],
  endOfCandidates: false,
};

/** The descriptions of one endpoint. */
export class WebRtcNegotiation {
  readonly #transport: LocalTransport;
  readonly #origin = { sessionId: String(randomInt(2 ** 32 - 1)), version: 1 };
  #local: LocalSession | undefined;

  constructor(transport: LocalTransport) {
    this.#transport = transport;
  }

  offer(wishes: OfferWishes): string {
    this.#local = createOffer(wishes, this.#transport, this.#origin);
    return writeSession(this.#local, this.#transport);
  }

  /** @throws KurentoError 40201 when the text is no SDP */
  answer(offer: string): { readonly sdp: string; readonly agreement: Agreement } {
    const remote = readRemote(offer);
    this.#local = createAnswer(remote, this.#transport, this.#origin);
    const sdp = writeSession(this.#local, this.#transport);
    return { sdp, agreement: agreement(remote, this.#local, remote.isIceLite) };
  }

  /** @throws KurentoError 40201 when the text is no SDP, 40206 when it answers another offer */
  accept(answer: string): Agreement {
    const remote = readRemote(answer);
    if (this.#local === undefined || remote.media.length !== this.#local.media.length) {
      const text = "Error processing answer: its m-lines are not those of the offer";
      throw new KurentoError("SDP_END_POINT_PROCESS_ANSWER_ERROR", text);
    }
    return agreement(remote, this.#local, true);
  }

  /** Our description with the candidates found so far. */
  describe(gathered: GatheredCandidates): string | undefined {
    return this.#local && writeSession(this.#local, this.#transport, gathered);
  }

  /** Whether a remote candidate is for an m-line of ours, rejected ones included; true before there are any. */
  hasMedia({ sdpMid, sdpMLineIndex }: IceCandidate): boolean {
    if (this.#local === undefined) return true;
    return this.#local.media.some(({ mid }, index) =>
      sdpMid === "" ? sdpMLineIndex === index : sdpMid === (mid ?? String(index)),
    );
  }

  /** The m-lines that candidates are announced for. */
  get candidateMedia(): readonly CandidateMedia[] {
    return (this.#local?.media ?? []).flatMap(({ isRejected, mid }, index) =>
      isRejected ? [] : [{ mid: mid ?? String(index), index }],
    );
  }
}

function readRemote(text: string): RemoteSession {
  try {
    return readSession(text);
  } catch (error) {
    if (error instanceof SdpSyntaxError) throw new KurentoError("SDP_PARSE_ERROR", error.message);
    throw error;
  }
}

function agreement(remote: RemoteSession, local: LocalSession, isControlling: boolean): Agreement {
  const media = transportMedia(remote, local);
  if (media?.ice === undefined) return NOTHING_AGREED;
  const streams = negotiatedStreams(remote, local);
  return {
    streams,
    remote: {
      iceRole: isControlling ? "controlling" : "controlled",
      ice: { ...media.ice },
      dtls: {
        role: dtlsRole(media, local),
        fingerprints: media.fingerprints.map((one) => ({ ...one })),
      },
      streams: streams.map(nativeStream),
    },
    remoteCandidates: media.candidates,
    endOfCandidates: media.endOfCandidates,
  };
}

/** RFC 5763 5: whoever said "active" is the client. Without a word from an answerer, it is taken for the client. */
function dtlsRole(media: RemoteMedia, local: LocalSession): "client" | "server" {
  const ours = local.media.find((line) => !line.isRejected)?.setup;
  if (ours !== "actpass") return ours === "active" ? "client" : "server";
  return media.setup === "passive" ? "client" : "server";
}

function nativeStream(stream: NegotiatedStream): NativeMap {
  return {
    medium: stream.medium,
    mid: stream.mid,
    direction: stream.direction,
    codecs: stream.codecs.map(nativeCodec),
    remoteSsrcs: [...stream.remoteSsrcs],
    extensions: stream.extensions.map(({ id, uri }) => ({ id, uri })),
  };
}

function nativeCodec(codec: Codec): NativeMap {
  const { payloadType, clockRate, channels } = codec;
  return {
    payloadType,
    codec: codec.codec,
    clockRate,
    channels,
    parameters: { ...codec.parameters },
    feedback: [...codec.feedback],
  };
}
