import { describe, expect, it } from "vitest";
import { MAX_SDP_LENGTH, MAX_SDP_LINES, MAX_SDP_LINE_LENGTH, SdpSyntaxError } from "./lines.js";
import { readSession } from "./read.js";
import {
  ANDROID_OFFER,
  CHROMIUM_SIMULCAST,
  FIREFOX_OFFER,
  SAFARI_OFFER,
  chromiumData,
  chromiumOffer,
  sdp,
} from "./sdp.fixtures.js";
import { TRANSPORT, WITH_DATA, answerTo } from "./testing.js";

const CANDIDATE = "a=candidate:1 1 udp 2122260223 192.0.2.1 40000 typ host";

function video(...lines: readonly string[]): string {
  return chromiumOffer({ video: ["a=rtpmap:96 VP8/90000", ...lines] });
}

describe("readSession refuses", () => {
  it.each([
    ["what is no SDP", "garbage", "Invalid SDP"],
    ["JSON", "{}", "Invalid SDP"],
    ["a text without v=", "s=-\r\nt=0 0\r\n", "Invalid SDP"],
    ["long texts", `v=0\r\n${"a=x\r\n".repeat(MAX_SDP_LENGTH / 4)}`, "more than 200000 characters"],
    ["many lines", `v=0\r\n${"a=x\n".repeat(MAX_SDP_LINES)}`, "more than 5000 lines"],
    ["long lines", `v=0\r\na=${"x".repeat(MAX_SDP_LINE_LENGTH)}`, "line 2 has more than"],
    ["many m-lines", `v=0\r\n${"m=audio 9 RTP/AVP 0\r\n".repeat(65)}`, "more than 64 m-lines"],
    ["several ports", "v=0\r\nm=audio 9/2 RTP/AVP 0", "m-line 0 cannot be read"],
    ["ports that are none", "v=0\r\nm=audio 70000 RTP/AVP 0", "m-line 0 cannot be read"],
    ["many candidates", video(...Array<string>(257).fill(CANDIDATE)), "more than 256 candidates"],
    ["a mid for two", video("a=mid:0"), "mid '0' is there twice"],
    [
      "a number for two extensions (extmap_attrs)",
      video("a=extmap:3 urn:other"),
      "m-line 1: extmap 3 is there twice",
    ],
  ])("%s", (_what, text, message) => {
    expect(() => readSession(text)).toThrow(message);
    expect(() => readSession(text)).toThrow(SdpSyntaxError);
  });
});

describe("readSession", () => {
  it("test_utils, sdp_fid_ssrc: tells retransmissions from streams and formats", () => {
    const [audio, picture] = readSession(chromiumOffer()).media;
    expect(picture?.ssrcs).toEqual([2001]);
    expect(picture?.rtxSsrcs).toEqual([{ ssrc: 2001, rtx: 2002 }]);
    expect(picture?.codecs.map(({ codec, rtx }) => [codec, rtx])).toEqual([
      ["VP8", 97],
      ["H264", undefined],
    ]);
    expect(audio?.codecs.map(({ codec }) => codec)).toEqual([
      "OPUS",
      "RED",
      "PCMU",
      "PCMA",
      "TELEPHONE-EVENT",
    ]);
  });

  it("reads the layers that are sent, in their order, once each", () => {
    const [, picture] = readSession(
      video(...CHROMIUM_SIMULCAST.slice(0, -1), "a=simulcast:recv x send h,m;h;~l;nowhere"),
    ).media;
    expect(picture?.simulcast).toEqual([
      { rid: "h", isPaused: false, restrictions: undefined },
      { rid: "l", isPaused: true, restrictions: undefined },
    ]);
  });

  it.each([
    [["b=AS:512"], 512],
    [["b=TIAS:300500", "b=AS:512"], 301],
    [["b=AS:0"], 0],
    [["b=AS:99999999999999999999"], 0],
    [[], 0],
  ])("takes the bandwidth of %j as %i kbit/s", (lines, expected) => {
    const text = chromiumOffer().replace("m=video", "m=video").concat(lines.join("\r\n"));
    expect(readSession(text).media[1]?.bandwidthKbps).toBe(expected);
  });

  it("reads the SCTP port and the largest message", () => {
    const read = (lines: readonly string[]): unknown =>
      readSession(sdp("v=0", chromiumData("0", lines))).media[0]?.data;
    expect(read(["a=sctp-port:5001"])).toEqual({ port: 5001, maxMessageSize: 262_144 });
    expect(read(["a=sctp-port:0"])).toBeUndefined();
    expect(read(["a=sctpmap:5000 webrtc-datachannel 1024"])).toBeUndefined();
  });

  it("gives m-lines of a bundle what only its first one says", () => {
    const whole = chromiumOffer();
    const [head = "", ...rest] = whole.split(/(?=m=video)/);
    const tail = rest.join("").replaceAll(/a=(ice-|fingerprint|setup|rtcp-mux)[^]*?\r\n/g, "");
    expect(readSession(head + tail).media[1]).toMatchObject({
      ice: { ufrag: "abcd" },
      fingerprints: [{ algorithm: "sha-256" }],
      setup: "actpass",
      rtcpMux: true,
    });
  });

  it("takes numbers for names where names belong", () => {
    const [media] = readSession("v=0\r\nm=1 3000 2 RTP/SAVPF 97\r\na=mid:3").media;
    expect(media).toMatchObject({ type: "1", protocol: "2", formats: "RTP/SAVPF 97", mid: "3" });
  });

  it("answers damaged offers or refuses them", () => {
    for (const offer of [chromiumOffer(), FIREFOX_OFFER, SAFARI_OFFER, ANDROID_OFFER]) {
      for (let cut = 0; cut < offer.length; cut += 307) {
        answerOrRefuse(offer.slice(0, cut));
        answerOrRefuse(`${offer.slice(0, cut)}\u0000=${offer.slice(cut + 3)}`);
        answerOrRefuse(offer.slice(0, cut) + offer.slice(cut + 11));
      }
    }
  });

  it("is not held up by hostile lines", () => {
    const spaces = " ".repeat(MAX_SDP_LINE_LENGTH - 60);
    const dots = ".".repeat(MAX_SDP_LINE_LENGTH - 60);
    const hostile = [
      `a=ptime:1${dots}x`,
      `a=imageattr:1 send [${dots}] [${dots}`.slice(0, MAX_SDP_LINE_LENGTH),
      `a=simulcast:${spaces}x`,
      `a=fmtp:96 ${"a=1;".repeat(1_000)}`,
      `a=candidate:${spaces}typ`,
      `a=source-filter:${spaces}`,
    ];
    expect(() => answerTo(video(...Array.from({ length: 8 }, () => hostile).flat()))).not.toThrow();
  });
});

function answerOrRefuse(text: string): void {
  try {
    answerTo(text, WITH_DATA, TRANSPORT);
  } catch (error) {
    expect(String(error)).toMatch(/^(SdpSyntaxError|SdpRefusedError|Error: no a=sctp-port)/);
  }
}
