// The behaviours of Kurento's test_sdp_agent that concern WebRTC, under its names; RtpEndpoint's are beside plain-*.ts.
import { describe, expect, it } from "vitest";
import { readSession } from "./read.js";
import { chromiumData, chromiumOffer, chromiumVideo } from "./sdp.fixtures.js";
import {
  ORIGIN,
  TRANSPORT,
  WITH_DATA,
  answerSession,
  answerTo,
  capabilities,
  mLines,
  offerSession,
  sdpOf,
  streams,
} from "./testing.js";
import type { Settled } from "./answer.js";
import { SdpRefusedError } from "./types.js";
import type { LocalSession } from "./types.js";

function rejected(text: string): boolean[] {
  return mLines(text).map((line) => line.split(" ")[1] === "0");
}

describe("answers", () => {
  it("rejected_negotiation: as many m-lines as the offer, all with port 0", () => {
    const none = capabilities({ mediaCount: { audio: 0, video: 0 } });
    const answer = answerTo(chromiumOffer(), none);
    expect(rejected(answer)).toEqual([true, true]);
    expect(answer).not.toContain("a=group");
  });

  it("rejected_unsupported_media, add_proto_handler: unknown codecs and protocols have port 0, in their place", () => {
    expect(rejected(answerTo(chromiumOffer({ video: ["a=rtpmap:96 H261/90000"] })))).toEqual([
      false,
      true,
    ]);
    expect(rejected(answerTo(chromiumOffer({ protocol: "RTP/AVPF" })))).toEqual([true, true]);
    const extra = { extraMedia: ["m=text 9 UDP/TLS/RTP/SAVPF 98", "a=mid:2"], extraMids: " 2" };
    expect(answerTo(chromiumOffer(extra))).toContain("m=text 0 UDP/TLS/RTP/SAVPF 98\r\n");
  });

  it("sctp_negotiation: data alone", () => {
    const offer = chromiumOffer({ video: [], extraMedia: chromiumData("2"), extraMids: " 2" });
    const dataOnly = capabilities({ mediaCount: { audio: 0, video: 0 }, data: WITH_DATA.data });
    const answer = answerTo(offer, dataOnly);
    expect(rejected(answer)).toEqual([true, true, false]);
    expect(answer).toContain("a=group:BUNDLE 2\r\n");
    expect(answer.split("m=application")[1]).not.toMatch(/a=(sendrecv|rtcp)/);
  });

  it("sctp_negotiation: an a=sctpmap cannot be answered", () => {
    const old = chromiumData("2", ["a=sctpmap:5000 webrtc-datachannel 1024"]);
    const offer = chromiumOffer({ extraMedia: old, extraMids: " 2" });
    expect(() => answerTo(offer, WITH_DATA)).toThrow(SdpRefusedError);
    expect(rejected(answerTo(offer))).toEqual([false, false, true]);
  });

  it.each(["UDP/TLS/RTP/SAVPF", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVP"])(
    "udp_tls_rtp_savpf_negotiation: %s is repeated",
    (protocol) => {
      const answer = answerTo(chromiumOffer({ protocol }));
      expect(mLines(answer)[0]).toBe(`m=audio 9 ${protocol} 111 0 8`);
    },
  );

  it.each([
    ["sendrecv", "sendrecv"],
    ["sendonly", "recvonly"],
    ["recvonly", "sendonly"],
    ["inactive", "inactive"],
  ])("media_direction_ext: answers %s with %s", (offered, expected) => {
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

  it("bundle_group, process_mid_no_bundle_offer: without a group each has a transport, mids stay", () => {
    const offer = chromiumOffer({ bundle: false });
    const local = answerSession(offer);
    expect(local.media.map(({ transport, stream, ssrc }) => [transport, stream, ssrc])).toEqual([
      [0, 0, 11],
      [1, 0, 52],
    ]);
    const answer = sdpOf(local);
    expect(rejected(answer)).toEqual([false, false]);
    expect(answer.match(/a=(mid|ice-ufrag):.*/g)).toEqual([
      "a=mid:0",
      "a=ice-ufrag:ours",
      "a=mid:1",
      "a=ice-ufrag:second",
    ]);
    expect(answer).not.toContain("a=group");
    const agreed = streams(readSession(offer), local);
    expect(agreed.map(({ transport, stream, number }) => [transport, stream, number])).toEqual([
      [0, 0, 0],
      [1, 0, 0],
    ]);
  });

  it("renegotiation_remove_bundle_media: m-lines leave the bundle and join it, each with a transport", () => {
    const transports = (local: LocalSession): unknown[] =>
      local.media.map(({ transport }) => transport);
    const settled = (local: LocalSession): Settled => ({ local, setups: new Map() });
    const apart = answerSession(chromiumOffer({ bundle: false }));
    const joined = answerSession(chromiumOffer(), capabilities(), TRANSPORT, settled(apart));
    expect(transports(joined)).toEqual([0, 0]);
    const again = chromiumOffer({ bundle: false });
    expect(transports(answerSession(again, capabilities(), TRANSPORT, settled(joined)))).toEqual([
      0, 1,
    ]);
    const partly = again.replace("a=extmap-allow", "a=group:BUNDLE 1\r\na=extmap-allow");
    expect(transports(answerSession(partly, capabilities(), TRANSPORT, settled(apart)))).toEqual([
      1, 0,
    ]);
  });

  it("rtcp_mux: what does not multiplex RTCP is rejected", () => {
    expect(rejected(answerTo(chromiumOffer({ rtcpMux: false })))).toEqual([true, true]);
  });

  it("fb_messages: echoes the offered kinds that are supported, for all formats behind *", () => {
    const video = ["a=rtpmap:96 VP8/90000", "a=rtcp-fb:* nack", "a=rtcp-fb:96 nack sli"];
    const answer = answerTo(chromiumOffer({ video }));
    expect(answer.match(/a=rtcp-fb:96 .*/g)).toEqual(["a=rtcp-fb:96 nack"]);
  });

  it("multi_m_lines: order and types stay; one of a kind is accepted", () => {
    const extraMedia = [...chromiumVideo("2"), ...chromiumVideo("3")];
    const answer = answerTo(chromiumOffer({ extraMedia, extraMids: " 2 3" }));
    expect(rejected(answer)).toEqual([false, false, true, true]);
    expect(mLines(answer)[2]).toBe("m=video 0 UDP/TLS/RTP/SAVPF 96 97");
    expect(answer).toContain("a=group:BUNDLE 0 1\r\n");
  });

  it("multi_m_lines: as many are kept as numVideoMedias says, each a stream of its own", () => {
    const offer = chromiumOffer({ extraMedia: chromiumVideo("2"), extraMids: " 2" });
    const able = capabilities({ mediaCount: { audio: 1, video: 2 } });
    const local = answerSession(offer, able);
    expect(local.media.map(({ direction, ssrc, rtxSsrc }) => [direction, ssrc, rtxSsrc])).toEqual([
      ["sendrecv", 11, undefined],
      ["sendrecv", 22, 23],
      ["sendrecv", 32, 33],
    ]);
    const agreed = streams(readSession(offer), local);
    expect(agreed.map(({ medium, number, mid }) => `${medium} ${number} is ${mid}`)).toEqual([
      "audio 0 is 0",
      "video 0 is 1",
      "video 1 is 2",
    ]);
    expect(sdpOf(local).match(/a=msid:.*/g)).toEqual([
      "a=msid:cname audio",
      "a=msid:cname video",
      "a=msid:cname video1",
    ]);
  });

  it("renegotiation_offer_new_media, _remove_media: streams stay with their m-lines", () => {
    const able = capabilities({ mediaCount: { audio: 1, video: 2 } });
    const both = chromiumOffer({ extraMedia: chromiumVideo("2"), extraMids: " 2" });
    const numbers = (local: LocalSession): unknown[] => local.media.map(({ stream }) => stream);
    const local = answerSession(both, able);
    const withoutFirst = both
      .replace(/m=video 9(?=[^]*m=video)/, "m=video 0")
      .replace("0 1 2", "0 2");
    const settled: Settled = { local, setups: new Map([[0, "active"]]) };
    const less = answerSession(withoutFirst, able, TRANSPORT, settled);
    expect(numbers(less)).toEqual([0, undefined, 1]);
    const again = answerSession(both, able, TRANSPORT, {
      local: less,
      setups: new Map([[0, "active"]]),
    });
    expect(numbers(again)).toEqual([0, 0, 1]);
  });

  it("media_from_first_media_inactive: the one accepted is the first that is not inactive", () => {
    const offer = chromiumOffer({ extraMedia: chromiumVideo("2"), extraMids: " 2" });
    const [head = "", second = "", third = ""] = offer.split(/(?=m=video)/);
    const text = head + second.replace("a=sendrecv", "a=inactive") + third;
    expect(rejected(answerTo(text))).toEqual([false, true, false]);
  });

  it("supported_attrs, filter_unknown_attr: repeats those that concern both sides", () => {
    const repeated = ["a=framerate:30", "a=ptime:20", "a=maxptime:60", "a=quality:10", "a=lang:en"];
    const video = ["a=rtpmap:96 VP8/90000", ...repeated, "a=label:x", "a=unknown:1"];
    const answer = answerTo(chromiumOffer({ video }));
    for (const line of repeated) expect(answer).toContain(`${line}\r\n`);
    expect(answer).not.toMatch(/label|unknown/);
  });

  it("bandwidth_attrs: those of the offer limit what is sent, and are not repeated", () => {
    const offer = chromiumOffer().replace("m=video 9", "b=AS:64\r\nm=video 9");
    expect(answerTo(offer)).not.toContain("b=AS");
    const [audio] = streams(readSession(offer), answerSession(offer));
    expect(audio?.bandwidthKbps).toBe(64);
  });

  it("optional_enc_parameters: PCMU/8000/1 is PCMU/8000", () => {
    const offer = chromiumOffer().replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:0 PCMU/8000/1");
    expect(mLines(answerTo(offer))[0]).toContain(" 111 0 8");
  });

  it("regression_tests: takes the formats that both sides have, in the offer's order", () => {
    const video = ["a=rtpmap:96 THEORA/90000", "a=rtpmap:97 VP9/90000", "a=rtpmap:108 VP8/90000"];
    const able = capabilities({}, { videoCodecs: ["H264/90000", "VP8/90000", "VP9/90000"] });
    expect(mLines(answerTo(chromiumOffer({ video }), able))[1]).toMatch(/SAVPF 97 108$/);
  });

  it("check_codec_sdp: names keep their case", () => {
    const offer = chromiumOffer().replace("opus/48000/2", "OPUS/48000/2");
    expect(answerTo(offer)).toContain("a=rtpmap:111 OPUS/48000/2\r\n");
  });

  it.each(["red", "ulpfec"])(
    "redundant_ext, ulpfec_ext, avp_generic_payload_negotiation: %s is passed on where configured",
    (name) => {
      const video = ["a=rtpmap:96 VP8/90000", `a=rtpmap:108 ${name}/90000`];
      expect(mLines(answerTo(chromiumOffer({ video })))[1]).toMatch(/ 96$/);
      const able = capabilities({}, { videoCodecs: ["VP8/90000", `${name}/90000`] });
      expect(mLines(answerTo(chromiumOffer({ video }), able))[1]).toMatch(/ 96 108$/);
      const alone = chromiumOffer({ video: video.slice(1) });
      expect(rejected(answerTo(alone, able))).toEqual([false, true]);
    },
  );
});

describe("offers", () => {
  it("create_offer: one m-line of each kind, bundled, with our numbers", () => {
    const text = sdpOf(offerSession({ videoBandwidthKbps: 700 }, WITH_DATA));
    expect(mLines(text)).toEqual([
      "m=audio 9 UDP/TLS/RTP/SAVPF 96 0 8",
      "m=video 9 UDP/TLS/RTP/SAVPF 97 98 99 100 101 102 103 104",
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    ]);
    expect(text).toContain("a=group:BUNDLE audio0 video0 application0\r\n");
    expect(text.match(/b=AS:.*/g)).toEqual(["b=AS:700"]);
    expect(text.match(/a=setup:actpass/g)).toHaveLength(3);
    expect(text).toContain("a=ssrc-group:FID 22 23\r\n");
    expect(text).toMatch(/a=extmap:3 .*abs-send-time/);
    expect(text).toContain("a=sctp-port:5000\r\n");
  });

  it("multi_m_lines: several of a kind, each a stream of its own", () => {
    const able = capabilities({ mediaCount: { audio: 0, video: 2 } });
    const offer = offerSession({ direction: "sendonly" }, able);
    expect(offer.media.map(({ mid, direction, ssrc }) => [mid, direction, ssrc])).toEqual([
      ["video0", "sendonly", 22],
      ["video1", "sendonly", 32],
    ]);
  });

  it("dynamic_pts: each number means one codec", () => {
    const media = readSession(sdpOf(offerSession())).media;
    const numbers = media
      .flatMap(({ codecs }) => codecs)
      .flatMap(({ payloadType, rtx = [] }) => [payloadType, rtx].flat());
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it("follows the answer: its order, payload types and direction", () => {
    const offer = offerSession();
    const text = sdpOf(answerSession(sdpOf(offer)));
    const remote = readSession(text.replaceAll("a=sendrecv", "a=recvonly"));
    expect(streams(remote, offer).map(({ medium, direction }) => [medium, direction])).toEqual([
      ["audio", "sendonly"],
      ["video", "sendonly"],
    ]);
  });

  it("groups: takes nothing of an m-line that the answer rejects or leaves out of the bundle", () => {
    const offer = offerSession();
    const text = sdpOf(answerSession(sdpOf(offer)));
    const media = (answer: string): string[] =>
      streams(readSession(answer), offer).map(({ medium }) => medium);
    expect(media(text.replace("BUNDLE audio0 video0", "BUNDLE audio0"))).toEqual(["audio"]);
    const refused = text.replace("m=audio 9", "m=audio 0").replace("BUNDLE audio0 ", "BUNDLE ");
    expect(media(refused)).toEqual(["video"]);
  });

  it("uses RTX only when the answer does", () => {
    const offer = offerSession();
    const text = sdpOf(answerSession(sdpOf(offer)));
    const rtx = (answer: string): unknown =>
      streams(readSession(answer), offer)[1]?.codecs.map((codec) => codec.rtx);
    expect(rtx(text)).toEqual([98, 100, 102, 104]);
    expect(rtx(text.replaceAll(/a=rtpmap:\d+ rtx.*\r\n/g, ""))).toEqual(Array(4).fill(undefined));
  });
});

describe("offers that change a session", () => {
  const chrome = answerSession(chromiumOffer());

  it("renegotiation_offer_new_media, renegotiation_chrome: the other side's mids and numbers stay", () => {
    const offer = offerSession({}, WITH_DATA, chrome);
    expect(offer.media.map(({ mid }) => mid)).toEqual(["0", "1", "application0"]);
    expect(offer.media[1]?.codecs.map(({ payloadType }) => payloadType)).toEqual([96, 108]);
    expect(offer.media[0]?.extensions).toEqual(chrome.media[0]?.extensions);
  });

  it("renegotiation_offer_remove_media, renegotiation_offer_remove_bundle_media: port 0 in its place, out of the group", () => {
    const text = sdpOf(offerSession({ audio: false }, capabilities(), chrome));
    expect(rejected(text)).toEqual([true, false]);
    expect(text).toContain("a=group:BUNDLE 1\r\n");
  });

  it("renegotiation_offer_disordered_media_handlers: m-lines keep the places that the other side gave them", () => {
    const [head = "", audio = "", video = ""] = chromiumOffer().split(/(?=m=)/);
    const offer = offerSession({}, WITH_DATA, answerSession(head + video + audio));
    expect(offer.media.map(({ mid }) => mid)).toEqual(["1", "0", "application0"]);
    expect(mLines(sdpOf(offer)).map((line) => line.split(" ")[0])).toEqual([
      "m=video",
      "m=audio",
      "m=application",
    ]);
  });

  it("renegotiation_offer_complex_case: a place is used again, with a fresh mid and free numbers", () => {
    const without = offerSession({ video: false }, capabilities(), chrome);
    const again = offerSession({}, capabilities(), without);
    expect(again.media.map(({ mid, isRejected }) => [mid, isRejected])).toEqual([
      ["0", false],
      ["video0", false],
    ]);
    const audio = again.media[0]?.codecs.map(({ payloadType }) => payloadType) ?? [];
    const video = again.media[1]?.codecs.map(({ payloadType }) => payloadType) ?? [];
    expect(video.filter((number) => audio.includes(number))).toEqual([]);
    expect(again.media[1]?.extensions.find(({ id }) => id === 2)?.uri).toContain("abs-send-time");
  });
});

describe("writeSession", () => {
  it.each([
    ["connection_ext", "192.0.2.1", "IP4"],
    ["generate_ipv6_offer, generate_ipv6_answer", "2001:db8::1", "IP6"],
  ])("%s: candidates and the default address of each m-line", (_name, ip, version) => {
    const session = answerSession(chromiumOffer());
    const candidate = `candidate:1 1 UDP 2015363327 ${ip} 40404 typ host`;
    const text = sdpOf(session, {
      candidates: [candidate],
      isDone: true,
      destination: { ip, port: 40404 },
    });
    expect(text).toContain(`a=${candidate}\r\n`);
    expect(text).toContain("a=end-of-candidates\r\n");
    expect(text).toContain("m=audio 40404 UDP/TLS/RTP/SAVPF");
    expect(text).toContain(`c=IN ${version} ${ip}\r\n`);
    expect(text).toContain(`o=- ${ORIGIN.sessionId} ${ORIGIN.version} IN ${version} ${ip}\r\n`);
    expect(readSession(text).media[0]?.candidates).toEqual([candidate]);
  });
});
