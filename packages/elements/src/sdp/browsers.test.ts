// Offers of the browsers, and what they are answered.
import { describe, expect, it } from "vitest";
import { readSession } from "./read.js";
import {
  ANDROID_OFFER,
  CHROMIUM_SIMULCAST,
  FIREFOX_OFFER,
  PLAN_B_OFFER,
  SAFARI_OFFER,
  chromiumData,
  chromiumOffer,
} from "./sdp.fixtures.js";
import {
  PLAIN_TRANSPORT,
  WITH_DATA,
  answerSession,
  answerTo,
  capabilities,
  mLines,
  streams,
} from "./testing.js";

const DEPENDENCIES =
  "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

describe("Chromium", () => {
  it("gets the supported codecs in its order, with their retransmissions", () => {
    const answer = answerTo(chromiumOffer());
    expect(mLines(answer)).toEqual([
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8",
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97 108",
    ]);
    expect(answer).toContain("a=group:BUNDLE 0 1\r\n");
    expect(answer).toContain("a=fmtp:97 apt=96\r\n");
    expect(answer).toContain("a=ssrc-group:FID 22 23\r\n");
    expect(answer).toContain("a=msid:cname audio\r\n");
    expect(answer).toContain("a=msid:cname video\r\n");
    expect(answer).toContain("a=rtcp-rsize\r\n");
    expect(answer).toContain("a=rtcp-fb:96 nack pli\r\n");
    expect(answer).toContain("a=rtcp-fb:96 transport-cc\r\n");
    expect(answer).not.toContain("nack rpsi");
    expect(answer).toContain("a=extmap:3 http://www.ietf.org/id/draft-holmer");
    expect(answer).not.toContain("video-orientation");
  });

  it("gets dependency descriptors if it takes long header extensions beside short ones", () => {
    const video = [...CHROMIUM_SIMULCAST, `a=extmap:12 ${DEPENDENCIES}`];
    const offer = chromiumOffer({ video });
    expect(answerTo(offer)).toContain(`a=extmap:12 ${DEPENDENCIES}\r\n`);
    const unmixed = offer.replace("a=extmap-allow-mixed\r\n", "");
    expect(answerTo(unmixed)).not.toContain("dependency-descriptor");
  });

  it("gets no retransmission format from native code that has none", () => {
    const answer = answerTo(chromiumOffer(), capabilities(), PLAIN_TRANSPORT);
    expect(answer).toContain("m=video 9 UDP/TLS/RTP/SAVPF 96 108\r\n");
    expect(answer).not.toMatch(/rtx|FID/);
  });

  it("gets data channels on the port that it names", () => {
    const extra = { extraMedia: chromiumData("2", ["a=sctp-port:5123"]), extraMids: " 2" };
    const answer = answerTo(chromiumOffer(extra), WITH_DATA);
    expect(mLines(answer)[2]).toBe("m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
    expect(answer).toContain("a=group:BUNDLE 0 1 2\r\n");
    expect(answer.split("m=application")[1]).toContain("a=sctp-port:5123\r\n");
    expect(mLines(answerTo(chromiumOffer(extra)))[2]).toMatch(/^m=application 0 /);
  });

  it("sends the layers of simulcast that it offers", () => {
    const offer = chromiumOffer({ video: CHROMIUM_SIMULCAST });
    const answer = answerTo(offer);
    expect(answer).toContain("a=rid:h recv\r\n");
    expect(answer).toContain("a=rid:m recv pt=96;max-width=640\r\n");
    expect(answer).toContain("a=simulcast:recv h;m;~l\r\n");
    expect(answer).toContain("a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n");
    const [, video] = streams(readSession(offer), answerSession(offer));
    expect(video?.simulcastRids).toEqual(["h", "m"]);
  });

  it.each([
    ["it only receives", chromiumOffer({ video: CHROMIUM_SIMULCAST, direction: "recvonly" })],
    [
      "layers cannot be told apart",
      chromiumOffer({
        video: CHROMIUM_SIMULCAST.filter((line) => !line.includes("sdes:rtp-stream")),
      }),
    ],
  ])("sends one layer when %s", (_why, offer) => {
    expect(answerTo(offer)).not.toMatch(/simulcast|rid/);
  });

  it("sends one layer to native code that cannot choose", () => {
    const answer = answerTo(
      chromiumOffer({ video: CHROMIUM_SIMULCAST }),
      capabilities(),
      PLAIN_TRANSPORT,
    );
    expect(answer).not.toMatch(/simulcast|rid/);
  });

  it("does not send a layer in formats that were not taken", () => {
    const video = CHROMIUM_SIMULCAST.map((line) => line.replace("pt=96;", "pt=111,97;"));
    expect(answerTo(chromiumOffer({ video }))).toContain("a=simulcast:recv h;~l\r\n");
  });

  it("is refused in Plan B", () => {
    expect(() => answerTo(PLAN_B_OFFER)).toThrow("m-line 1 has 2 tracks (Plan B)");
  });
});

describe("Firefox", () => {
  it("is answered with its payload types, extension numbers and protocol", () => {
    const answer = answerTo(FIREFOX_OFFER);
    expect(mLines(answer)).toEqual([
      "m=audio 9 UDP/TLS/RTP/SAVPF 109 0 8",
      "m=video 9 UDP/TLS/RTP/SAVPF 120 124 121 125 126 97",
    ]);
    expect(answer).toContain("a=group:BUNDLE 0 1\r\n");
    expect(answer).toContain("a=fmtp:125 apt=121\r\n");
    expect(answer).toMatch(/a=extmap:4 .*abs-send-time/);
    expect(answer).toMatch(/a=extmap:7 .*transport-wide-cc/);
  });

  it("is known by the fingerprint at session level", () => {
    const remote = readSession(FIREFOX_OFFER);
    expect(remote.media.map(({ fingerprints }) => fingerprints.length)).toEqual([1, 1]);
    const [, video] = streams(remote, answerSession(FIREFOX_OFFER));
    expect(video).toMatchObject({
      remoteSsrcs: [1600],
      rtxSsrcs: [{ ssrc: 1600, rtx: 1601 }],
      rtcpReducedSize: true,
    });
  });
});

describe("Safari", () => {
  it("is answered with both its H264 profiles first, without H265", () => {
    expect(mLines(answerTo(SAFARI_OFFER))[1]).toBe(
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 102 103",
    );
  });

  it("is answered with H265 where that is enabled", () => {
    expect(mLines(answerTo(SAFARI_OFFER, capabilities({}, { h265: true })))[1]).toBe(
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 102 103",
    );
  });
});

describe("Android", () => {
  it("keeps its mids and gets data channels", () => {
    const answer = answerTo(ANDROID_OFFER, WITH_DATA);
    expect(answer).toContain("a=group:BUNDLE audio video data\r\n");
    expect(mLines(answer)).toEqual([
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8",
      "m=video 9 UDP/TLS/RTP/SAVPF 98 99 96 97",
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    ]);
  });
});
