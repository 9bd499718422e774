// Broken session descriptions, made from whole ones: what a stranger may give us in place of an offer or an answer.
import { KurentoError } from "@kms/core";
import { Random } from "@kms/core/testing";
import { nativePlainStream } from "../objects/rtp-negotiation.js";
import { readRemote, WebRtcNegotiation } from "../objects/web-rtc-negotiation.js";
import { PlainCatalogue } from "./plain-codecs.js";
import { acceptableMedia, createPlainAnswer, plainStreams } from "./plain-negotiate.js";
import type { PlainEndpoint } from "./plain-negotiate.js";
import { readPlainSession } from "./plain-read.js";
import { writePlainSession } from "./plain-write.js";
import { SdpSyntaxError } from "./read.js";
import {
  ANDROID_OFFER,
  CHROMIUM_SIMULCAST,
  FIREFOX_OFFER,
  PLAIN_OFFER,
  PLAN_B_OFFER,
  SAFARI_OFFER,
  chromiumData,
  chromiumOffer,
} from "./sdp.fixtures.js";
import { TRANSPORT, WISHES, WITH_DATA } from "./testing.js";

/** What became of the descriptions that were tried. */
export interface SdpFuzzResult {
  taken: number;
  refused: number;
  slowestMs: number;
}

type Change = (lines: string[], random: Random) => void;

const CORPUS: readonly (readonly string[])[] = [
  chromiumOffer(),
  chromiumOffer({ bundle: false, setup: "active" }),
  chromiumOffer({ direction: "sendonly", rtcpMux: false }),
  chromiumOffer({ video: CHROMIUM_SIMULCAST, extraMedia: chromiumData("2") }),
  FIREFOX_OFFER,
  SAFARI_OFFER,
  ANDROID_OFFER,
  PLAN_B_OFFER,
  PLAIN_OFFER,
].map((offer) => offer.split("\r\n"));
const WORDS = [
  "",
  "0",
  "-1",
  "65536",
  "4294967296",
  "1e309",
  "NaN",
  "__proto__",
  "constructor",
].concat([" ", "=", ":", "/", "%00", "\u0000", "\u2028", "\ud800", "é", "a=", "x".repeat(5000)]);

const at = (lines: readonly string[], random: Random): number => random.below(lines.length + 1);

/** Puts another word in place of one. */
function changeWord(lines: string[], random: Random): void {
  const index = random.below(lines.length);
  const words = (lines[index] ?? "").split(/([ :;=/,])/);
  words[random.below(words.length)] = random.pick(WORDS);
  lines[index] = words.join("");
}

/** Puts other characters in place of some. */
function changeText(lines: string[], random: Random): void {
  const index = random.below(lines.length);
  const line = lines[index] ?? "";
  const from = random.below(line.length + 1);
  lines[index] = line.slice(0, from) + random.pick(WORDS) + line.slice(from + random.below(4));
}

const CHANGES: readonly Change[] = [
  changeWord,
  changeWord,
  changeText,
  (lines, random) => lines.splice(at(lines, random), 1 + random.below(3)),
  (lines, random) => lines.splice(at(lines, random), 0, ...lines.slice(0, random.below(20))),
  (lines, random) => lines.splice(at(lines, random), 0, random.pick(random.pick(CORPUS))),
  (lines, random) => lines.splice(random.below(lines.length)),
  (lines, random) => lines.sort(() => random.below(3) - 1),
];

function broken(random: Random): string {
  const lines = [...random.pick(CORPUS)];
  for (let count = 1 + random.below(6); count > 0 && lines.length > 0; count -= 1) {
    random.pick(CHANGES)(lines, random);
  }
  return lines.join(random.once(8) ? "\n" : "\r\n");
}

/** An offer, or an answer to one of ours, then the same again on top of it. Throws what is no refusal. */
function isTaken(text: string, isOffer: boolean): boolean {
  const negotiation = new WebRtcNegotiation(TRANSPORT, WITH_DATA);
  try {
    if (!isOffer) negotiation.offer(WISHES);
    negotiation.commit(isOffer ? negotiation.answer(readRemote(text)) : negotiation.accept(text));
    negotiation.isRenegotiation(text);
    negotiation.answer(readRemote(text));
    negotiation.describe([{ candidates: [], isDone: true, destination: undefined }]);
    return true;
  } catch (error) {
    if (error instanceof KurentoError && error.type.startsWith("SDP_")) return false;
    throw new Error(`not refused but failed: ${JSON.stringify(text)}`, { cause: error });
  }
}

const PLAIN_TRANSPORT = { ip: "192.0.2.2", cname: "cname", ssrc: { audio: 1, video: 2 } };
const PLAIN_ENDPOINTS: readonly PlainEndpoint[] = [
  undefined,
  { suite: "AES_CM_128_HMAC_SHA1_80", key: Buffer.alloc(30) },
].map((protection) => ({
  transport: PLAIN_TRANSPORT,
  catalogue: new PlainCatalogue(),
  protection,
}));

/** An offer to endpoints of plain RTP and of SRTP. Throws what is no refusal. */
function answerPlain(text: string): void {
  try {
    const remote = readPlainSession(text, false);
    for (const endpoint of PLAIN_ENDPOINTS) {
      const accepted = [...acceptableMedia(remote, endpoint).values()];
      const ports = new Map(accepted.map((media, index) => [media, 40_000 + 2 * index]));
      const local = createPlainAnswer(remote, ports, endpoint);
      plainStreams(remote, local, endpoint).forEach(nativePlainStream);
      writePlainSession(local, PLAIN_TRANSPORT, { sessionId: "1", version: 1 });
    }
  } catch (error) {
    if (error instanceof SdpSyntaxError) return;
    throw new Error(`not refused but failed: ${JSON.stringify(text)}`, { cause: error });
  }
}

/**
 * Tries broken descriptions, the same ones for the same seed.
 * @param seconds how long; the text that makes code fail is in the error's message
 */
export function fuzzSdp(seconds: number, seed: number): SdpFuzzResult {
  const random = new Random(seed);
  const result = { taken: 0, refused: 0, slowestMs: 0 };
  const endMs = performance.now() + seconds * 1000;
  for (let startedMs = performance.now(); startedMs < endMs;) {
    const text = broken(random);
    const taken = isTaken(text, random.once(2));
    answerPlain(text);
    if (taken) result.taken += 1;
    else result.refused += 1;
    const nowMs = performance.now();
    result.slowestMs = Math.max(result.slowestMs, nowMs - startedMs);
    startedMs = nowMs;
  }
  return result;
}
