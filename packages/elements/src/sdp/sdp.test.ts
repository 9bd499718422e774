import { describe, expect, it } from "vitest";
import { createAnswer, createOffer, negotiatedStreams } from "./negotiate.js";
import { MAX_SDP_LENGTH, readSession } from "./read.js";
import { chromiumOffer } from "./sdp.fixtures.js";
import type { LocalTransport } from "./types.js";
import { writeSession } from "./write.js";

const TRANSPORT: LocalTransport = {
  ice: { ufrag: "ours", pwd: "ourpasswordourpassword" },
  fingerprint: { algorithm: "sha-256", value: "00:11" },
  cname: "cname",
  ssrc: { audio: 11, video: 22 },
};
const ORIGIN = { sessionId: "1234", version: 1 };

function answerTo(offer: string): string {
  return writeSession(createAnswer(readSession(offer), TRANSPORT, ORIGIN), TRANSPORT);
}

describe("readSession", () => {
  it.each([
    ["garbage", "Invalid SDP"],
    ["{}", "Invalid SDP"],
    ["s=-\r\nt=0 0\r\n", "Invalid SDP"],
    [`v=0\r\n${"a=x\r\n".repeat(MAX_SDP_LENGTH / 4)}`, "Error parsing SDP"],
    [`v=0\r\n${"m=audio 9 RTP/AVP 0\r\n".repeat(65)}`, "Error parsing SDP"],
  ])("refuses %.20s with %s", (text, message) => {
    expect(() => readSession(text)).toThrow(message);
  });

  it("leaves out retransmission SSRCs and formats without a known name", () => {
    const [audio, video] = readSession(chromiumOffer()).media;
    expect(video?.ssrcs).toEqual([2001]);
    expect(audio?.codecs.map(({ codec }) => codec)).toEqual([
      "OPUS",
      "RED",
      "PCMU",
      "PCMA",
      "TELEPHONE-EVENT",
    ]);
  });

  it("never throws anything but its own error on damaged offers", () => {
    const offer = chromiumOffer();
    for (let cut = 0; cut < offer.length; cut += 7) {
      for (const text of [
        offer.slice(0, cut),
        offer.slice(0, cut) + "\u0000=" + offer.slice(cut + 3),
      ]) {
        try {
          const remote = readSession(text);
          writeSession(createAnswer(remote, TRANSPORT, ORIGIN), TRANSPORT);
        } catch (error) {
          expect(String(error)).toMatch(/Error parsing SDP|Invalid SDP/);
        }
      }
    }
  });
});

describe("createAnswer", () => {
  it("keeps the supported codecs in the offer's order and repeats protocol and mids", () => {
    const answer = answerTo(chromiumOffer());
    expect(answer).toContain("m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8\r\n");
    expect(answer).toContain("m=video 9 UDP/TLS/RTP/SAVPF 96 108\r\n");
    expect(answer).toContain("a=group:BUNDLE 0 1\r\n");
    expect(answer).toContain("a=rtcp-fb:96 nack pli\r\n");
    expect(answer).not.toContain("nack rpsi");
    expect(answer).toContain("a=extmap:3 http://www.ietf.org/id/draft-holmer");
    expect(answer).not.toContain("video-orientation");
  });

  it.each([
    ["sendrecv", "sendrecv"],
    ["sendonly", "recvonly"],
    ["recvonly", "sendonly"],
    ["inactive", "inactive"],
  ])("answers %s with %s", (offered, expected) => {
    const media = readSession(answerTo(chromiumOffer({ direction: offered }))).media;
    expect(media.map((line) => line.direction)).toEqual([expected, expected]);
  });

  it.each([
    ["actpass", "active"],
    ["passive", "active"],
    ["active", "passive"],
  ])("answers setup %s with %s", (offered, expected) => {
    expect(answerTo(chromiumOffer({ setup: offered }))).toContain(`a=setup:${expected}\r\n`);
  });

  it("rejects with port 0 what it cannot carry, in its place", () => {
    const extra = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:2"];
    const answer = answerTo(chromiumOffer({ extraMedia: extra }));
    expect(answer).toContain("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n");
    expect(answer).toContain("a=group:BUNDLE 0 1\r\n");
    expect(answerTo(chromiumOffer({ video: ["a=rtpmap:96 H261/90000"] }))).toContain("m=video 0 ");
    expect(answerTo(chromiumOffer({ rtcpMux: false }))).toMatch(/m=audio 0 [^]*m=video 0 /);
    expect(answerTo(chromiumOffer({ bundle: false }))).toMatch(/m=audio 9 [^]*m=video 0 /);
  });
});

describe("negotiatedStreams", () => {
  it("gives native code the common codecs, SSRCs and extensions of an offer", () => {
    const remote = readSession(chromiumOffer());
    const [audio, video] = negotiatedStreams(remote, createAnswer(remote, TRANSPORT, ORIGIN));
    expect(audio).toMatchObject({ medium: "audio", mid: "0", remoteSsrcs: [1001] });
    expect(video?.codecs.map(({ codec, payloadType }) => [codec, payloadType])).toEqual([
      ["VP8", 96],
      ["H264", 108],
    ]);
    expect(video?.extensions.map(({ id }) => id)).toEqual([3]);
  });

  it("follows the answer to our own offer", () => {
    const wishes = { audio: true, video: true, direction: "sendrecv" } as const;
    const limits = { audioBandwidthKbps: 0, videoBandwidthKbps: 700 };
    const offer = createOffer({ ...wishes, ...limits }, TRANSPORT, ORIGIN);
    const text = writeSession(offer, TRANSPORT);
    expect(text).toContain("b=AS:700\r\n");
    expect(text).toContain("a=setup:actpass\r\n");
    const answer = createAnswer(readSession(text), TRANSPORT, ORIGIN);
    const recvonly = writeSession(answer, TRANSPORT).replaceAll("a=sendrecv", "a=recvonly");
    const streams = negotiatedStreams(readSession(recvonly), offer);
    expect(streams.map(({ medium, direction }) => [medium, direction])).toEqual([
      ["audio", "sendonly"],
      ["video", "sendonly"],
    ]);
  });
});

describe("writeSession", () => {
  it("adds candidates and the default address once they are known", () => {
    const session = createAnswer(readSession(chromiumOffer()), TRANSPORT, ORIGIN);
    const candidate = "candidate:1 1 UDP 2015363327 192.0.2.1 40404 typ host";
    const text = writeSession(session, TRANSPORT, {
      candidates: [candidate],
      isDone: true,
      destination: { ip: "192.0.2.1", port: 40404 },
    });
    expect(text).toContain(`a=${candidate}\r\n`);
    expect(text).toContain("a=end-of-candidates\r\n");
    expect(text).toContain("m=audio 40404 UDP/TLS/RTP/SAVPF");
    expect(text).toContain("c=IN IP4 192.0.2.1\r\n");
    expect(readSession(text).media[0]?.candidates).toEqual([candidate]);
  });
});
