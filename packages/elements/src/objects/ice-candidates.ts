// Candidates on both sides of a WebRtcEndpoint: those we gathered, and which m-lines they are announced for.
import type { IceCandidate } from "../generated/types.js";
import type { GatheredCandidates } from "../sdp/write.js";

/** An m-line that a candidate belongs to. */
export interface CandidateMedia {
  readonly mid: string;
  readonly index: number;
}

/** What a candidate text says, as far as it matters here. */
interface ParsedCandidate {
  readonly priority: number;
  readonly ip: string;
  readonly port: number;
}

const FIELDS = { priority: 3, ip: 4, port: 5 };

function parse(text: string): ParsedCandidate {
  const fields = text.split(" ");
  return {
    priority: Number(fields[FIELDS.priority]),
    ip: fields[FIELDS.ip] ?? "",
    port: Number(fields[FIELDS.port]),
  };
}

/** The candidates that an endpoint has gathered. */
export class LocalCandidates {
  readonly #texts: string[] = [];
  #isDone = false;

  /** Keeps a candidate and gives it once for each m-line, as Kurento announces them. */
  add(text: string, media: readonly CandidateMedia[]): IceCandidate[] {
    this.#texts.push(text);
    return media.map(({ mid, index }) => ({ candidate: text, sdpMid: mid, sdpMLineIndex: index }));
  }

  /** Gathering starts, or starts over. */
  clear(): void {
    this.#texts.length = 0;
    this.#isDone = false;
  }

  finish(): void {
    this.#isDone = true;
  }

  /** For the SDP: the candidates, and the best one's address as default destination. */
  get gathered(): GatheredCandidates {
    const best = this.#texts.map(parse).sort((one, other) => other.priority - one.priority)[0];
    const destination = best && { ip: best.ip, port: best.port };
    return { candidates: this.#texts, isDone: this.#isDone, destination };
  }
}
