// Offers and answers of browsers for tests, written in their shape and cut to what negotiation reads.

const FINGERPRINT = Array.from({ length: 32 }, (_, index) =>
  (index + 16).toString(16).toUpperCase(),
).join(":");

/** That of all these browsers. */
export const CHROMIUM_FINGERPRINT = { algorithm: "sha-256", value: FINGERPRINT };

const ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
const TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

const TRANSPORT = [
  "c=IN IP4 0.0.0.0",
  "a=rtcp:9 IN IP4 0.0.0.0",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:abcdefghijklmnopqrstuvwx",
  "a=ice-options:trickle",
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
];

/** Lines as text. */
export function sdp(...lines: readonly (string | readonly string[])[]): string {
  return `${lines.flat().join("\r\n")}\r\n`;
}

/** Pieces of a Chromium offer that tests change. */
export interface OfferOptions {
  readonly setup?: string;
  readonly direction?: string;
  readonly bundle?: boolean;
  readonly rtcpMux?: boolean;
  /** Session id and version of the `o=` line. */
  readonly origin?: string;
  readonly ufrag?: string;
  readonly protocol?: string;
  readonly video?: readonly string[];
  /** Whole m-lines behind audio and video, and their mids for the bundle. */
  readonly extraMedia?: readonly string[];
  readonly extraMids?: string;
}

const VP8 = ["a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 goog-remb", "a=rtcp-fb:96 transport-cc"].concat(
  ["a=rtcp-fb:96 ccm fir", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 nack rpsi"],
  ["a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"],
);
const H264 = [
  "a=rtpmap:108 H264/90000",
  "a=rtcp-fb:108 nack",
  "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
];

/** A Chromium-like offer with one audio and one video m-line. */
export function chromiumOffer(options: OfferOptions = {}): string {
  const protocol = options.protocol ?? "UDP/TLS/RTP/SAVPF";
  const shared = chromiumTransport(options);
  return sdp(
    ["v=0", `o=- ${options.origin ?? "2898280812355830599 2"} IN IP4 127.0.0.1`, "s=-", "t=0 0"],
    options.bundle === false ? [] : `a=group:BUNDLE 0 1${options.extraMids ?? ""}`,
    ["a=extmap-allow-mixed", "a=msid-semantic: WMS stream"],
    [`m=audio 9 ${protocol} 111 63 0 8 110`, ...shared, "a=mid:0"],
    [`a=extmap:2 ${ABS_SEND_TIME}`, "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"],
    ["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc"],
    ["a=fmtp:111 minptime=10;useinbandfec=1"],
    ["a=rtpmap:63 red/48000/2", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000"],
    ["a=rtpmap:110 telephone-event/48000", "a=ssrc:1001 cname:one"],
    [`m=video 9 ${protocol} 96 97 108`, ...shared, "a=mid:1", "a=rtcp-rsize"],
    ["a=extmap:13 urn:3gpp:video-orientation", `a=extmap:3 ${TRANSPORT_CC}`],
    options.video ?? [...VP8, ...H264],
    ["a=ssrc-group:FID 2001 2002", "a=ssrc:2001 cname:one", "a=ssrc:2002 cname:one"],
    options.extraMedia ?? [],
  );
}

function chromiumTransport(options: OfferOptions): string[] {
  return [
    ...TRANSPORT.map((line) => line.replace(":abcd", `:${options.ufrag ?? "abcd"}`)),
    `a=setup:${options.setup ?? "actpass"}`,
    `a=${options.direction ?? "sendrecv"}`,
    ...(options.rtcpMux === false ? [] : ["a=rtcp-mux"]),
  ];
}

/** A further video m-line as Chromium adds it. */
export function chromiumVideo(mid: string, direction = "sendrecv"): string[] {
  const media = ["m=video 9 UDP/TLS/RTP/SAVPF 96 97", ...chromiumTransport({ direction })];
  return [...media, `a=mid:${mid}`, ...VP8, "a=ssrc:3001 cname:one"];
}

/** A data m-line as Chromium adds it. */
export function chromiumData(
  mid: string,
  sctp: readonly string[] = ["a=sctp-port:5000"],
): string[] {
  const media = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", ...TRANSPORT];
  return [...media, "a=setup:actpass", `a=mid:${mid}`, ...sctp, "a=max-message-size:262144"];
}

/** Video lines of a Chromium that sends three layers. */
export const CHROMIUM_SIMULCAST: readonly string[] = [
  ...VP8,
  "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
  "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
  "a=rid:h send",
  "a=rid:m send pt=96;max-width=640",
  "a=rid:l send",
  "a=simulcast:send h;m;~l",
];

const FIREFOX_VIDEO = [
  ["a=rtpmap:120 VP8/90000", "a=fmtp:120 max-fs=12288;max-fr=60"],
  ["a=rtpmap:124 rtx/90000", "a=fmtp:124 apt=120"],
  ["a=rtpmap:121 VP9/90000", "a=fmtp:121 max-fs=12288;max-fr=60"],
  ["a=rtpmap:125 rtx/90000", "a=fmtp:125 apt=121"],
  ["a=rtpmap:126 H264/90000"],
  ["a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1"],
  ["a=rtpmap:97 H264/90000", "a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1"],
  ["a=rtpmap:123 ulpfec/90000", "a=rtpmap:122 red/90000"],
  [120, 121, 126, 97].flatMap((format) =>
    ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"].map(
      (kind) => `a=rtcp-fb:${format} ${kind}`,
    ),
  ),
].flat();

/** Firefox: common attributes at session level, extmap directions, an end of candidates, lines of its own. */
export const FIREFOX_OFFER = sdp(
  ["v=0", "o=mozilla...THIS_IS_SDPARTA-99.0 4215775240449105457 0 IN IP4 0.0.0.0", "s=-", "t=0 0"],
  ["a=sendrecv", `a=fingerprint:sha-256 ${FINGERPRINT}`, "a=group:BUNDLE 0 1"],
  ["a=ice-options:trickle", "a=msid-semantic:WMS *"],
  ["m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "c=IN IP4 0.0.0.0", "a=sendrecv"],
  ["a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level"],
  ["a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level"],
  ["a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid", "a=fmtp:101 0-15"],
  [
    "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1",
    "a=ice-pwd:f1refoxpasswordoftwentyfour",
  ],
  ["a=ice-ufrag:f1re", "a=mid:0", "a=msid:{11} {12}", "a=rtcp-mux", "a=rtcp-rsize"],
  ["a=rtpmap:109 opus/48000/2", "a=rtpmap:9 G722/8000/1", "a=rtpmap:0 PCMU/8000"],
  ["a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=setup:actpass"],
  ["a=ssrc:1500 cname:{aa}", "m=video 9 UDP/TLS/RTP/SAVPF 120 124 121 125 126 97 123 122"],
  ["c=IN IP4 0.0.0.0", "a=bundle-only", "a=sendrecv"],
  ["a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid", `a=extmap:4 ${ABS_SEND_TIME}`],
  ["a=extmap:5 urn:ietf:params:rtp-hdrext:toffset"],
  ["a=extmap:6/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"],
  [`a=extmap:7 ${TRANSPORT_CC}`, "a=ice-pwd:f1refoxpasswordoftwentyfour", "a=ice-ufrag:f1re"],
  ["a=mid:1", "a=msid:{11} {13}", "a=rtcp-mux", "a=rtcp-rsize", "a=setup:actpass"],
  FIREFOX_VIDEO,
  ["a=ssrc:1600 cname:{aa}", "a=ssrc:1601 cname:{aa}", "a=ssrc-group:FID 1600 1601"],
);

/** Safari: H264 first in two profiles, H265, no abs-send-time for audio. */
export const SAFARI_OFFER = sdp(
  ["v=0", "o=- 8230471904811023443 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"],
  ["a=extmap-allow-mixed", "a=msid-semantic: WMS 5ee5f4a0"],
  ["m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", ...TRANSPORT, "a=setup:actpass"],
  ["a=mid:0", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=sendrecv"],
  ["a=msid:5ee5f4a0 audio", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2"],
  ["a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1"],
  ["a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:9 G722/8000"],
  ["a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:13 CN/8000"],
  ["a=ssrc:71 cname:safari", "a=ssrc:71 msid:5ee5f4a0 audio"],
  ["m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 102 103 104 125"],
  [...TRANSPORT, "a=setup:actpass", "a=mid:1", `a=extmap:2 ${ABS_SEND_TIME}`],
  ["a=extmap:13 urn:3gpp:video-orientation", "a=sendrecv", "a=msid:5ee5f4a0 video"],
  ["a=rtcp-mux", "a=rtcp-rsize", "a=rtpmap:96 H264/90000", "a=rtcp-fb:96 goog-remb"],
  ["a=rtcp-fb:96 ccm fir", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli"],
  ["a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f"],
  ["a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rtpmap:98 H264/90000"],
  ["a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"],
  ["a=rtpmap:99 rtx/90000", "a=fmtp:99 apt=98", "a=rtpmap:100 H265/90000"],
  ["a=rtpmap:101 rtx/90000", "a=fmtp:101 apt=100", "a=rtpmap:102 VP8/90000"],
  ["a=rtpmap:103 rtx/90000", "a=fmtp:103 apt=102", "a=rtpmap:104 red/90000"],
  ["a=rtpmap:125 ulpfec/90000", "a=ssrc-group:FID 72 73", "a=ssrc:72 cname:safari"],
  ["a=ssrc:72 msid:5ee5f4a0 video", "a=ssrc:73 cname:safari", "a=ssrc:73 msid:5ee5f4a0 video"],
);

/** libwebrtc on Android: hardware H264 in high profile first, mids with names, data at the end. */
export const ANDROID_OFFER = sdp(
  ["v=0", "o=- 3356734098761223412 2 IN IP4 127.0.0.1", "s=-", "t=0 0"],
  ["a=group:BUNDLE audio video data", "a=msid-semantic: WMS ARDAMS"],
  ["m=audio 9 UDP/TLS/RTP/SAVPF 111 103 104 9 102 0 8", ...TRANSPORT, "a=setup:actpass"],
  ["a=mid:audio", "a=sendrecv", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2"],
  ["a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1"],
  ["a=rtpmap:103 ISAC/16000", "a=rtpmap:104 ISAC/32000", "a=rtpmap:9 G722/8000"],
  ["a=rtpmap:102 ILBC/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000"],
  ["a=ssrc:81 cname:android", "a=ssrc:81 msid:ARDAMS ARDAMSa0"],
  ["m=video 9 UDP/TLS/RTP/SAVPF 98 99 96 97 127", ...TRANSPORT, "a=setup:actpass"],
  ["a=mid:video", `a=extmap:3 ${ABS_SEND_TIME}`, "a=sendrecv", "a=rtcp-mux", "a=rtcp-rsize"],
  ["a=rtpmap:98 H264/90000", "a=rtcp-fb:98 nack", "a=rtcp-fb:98 nack pli"],
  ["a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f"],
  ["a=rtpmap:99 rtx/90000", "a=fmtp:99 apt=98", "a=rtpmap:96 VP8/90000"],
  ["a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rtpmap:127 red/90000"],
  ["a=ssrc-group:FID 82 83", "a=ssrc:82 cname:android", "a=ssrc:82 msid:ARDAMS ARDAMSv0"],
  ["a=ssrc:83 cname:android", "a=ssrc:83 msid:ARDAMS ARDAMSv0"],
  chromiumData("data"),
);

/** A Plan-B offer: two cameras in one m-line, told apart by msid alone. */
export const PLAN_B_OFFER = chromiumOffer({
  extraMedia: ["a=ssrc:2001 msid:stream camera", "a=ssrc:2005 msid:stream screen"],
});

/** What a sender of RTP and SRTP behind a NAT offers. */
export const PLAIN_OFFER = [
  "v=0",
  "o=- 12345 12345 IN IP4 192.0.2.9",
  "s=-",
  "c=IN IP4 192.0.2.9",
  "t=0 0",
  "m=audio 30000 RTP/AVP 0 96",
  "a=rtpmap:96 opus/48000/2",
  "a=rtcp:30011 IN IP4 192.0.2.10",
  "a=direction:active",
  "m=video 30002 RTP/SAVPF 97 98",
  "b=AS:500",
  "a=rtpmap:97 VP8/90000",
  "a=rtpmap:98 H264/90000",
  "a=fmtp:98 packetization-mode=1;profile-level-id=42e01f",
  "a=rtcp-fb:97 nack pli",
  "a=rtcp-mux",
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:NDMyMVpZWFdWVVRTUlFQT05NTEtKSUhHRkVEQ0JB|2^20 WSH=64",
  "a=sendonly",
  "",
].join("\r\n");
