// Offers of browsers for tests, written in their shape and cut to what negotiation reads.

const FINGERPRINT = Array.from({ length: 32 }, (_, index) =>
  (index + 16).toString(16).toUpperCase(),
).join(":");

const TRANSPORT = [
  "c=IN IP4 0.0.0.0",
  "a=rtcp:9 IN IP4 0.0.0.0",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:abcdefghijklmnopqrstuvwx",
  "a=ice-options:trickle",
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
];

/** Pieces of a Chromium offer that tests change. */
export interface OfferOptions {
  readonly setup?: string;
  readonly direction?: string;
  readonly bundle?: boolean;
  readonly rtcpMux?: boolean;
  readonly video?: readonly string[];
  readonly extraMedia?: readonly string[];
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
  const shared = [
    ...TRANSPORT,
    `a=setup:${options.setup ?? "actpass"}`,
    `a=${options.direction ?? "sendrecv"}`,
    ...(options.rtcpMux === false ? [] : ["a=rtcp-mux"]),
  ];
  const lines = [
    "v=0",
    "o=- 2898280812355830599 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    ...(options.bundle === false ? [] : ["a=group:BUNDLE 0 1"]),
    "a=extmap-allow-mixed",
    "a=msid-semantic: WMS stream",
    ...["m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0 8 110", ...shared, "a=mid:0"],
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    ...[
      "a=rtpmap:111 opus/48000/2",
      "a=rtcp-fb:111 transport-cc",
      "a=fmtp:111 minptime=10;useinbandfec=1",
    ],
    ...["a=rtpmap:63 red/48000/2", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000"],
    ...["a=rtpmap:110 telephone-event/48000", "a=ssrc:1001 cname:one"],
    ...["m=video 9 UDP/TLS/RTP/SAVPF 96 97 108", ...shared, "a=mid:1"],
    "a=extmap:13 urn:3gpp:video-orientation",
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    ...(options.video ?? [...VP8, ...H264]),
    ...["a=ssrc-group:FID 2001 2002", "a=ssrc:2001 cname:one", "a=ssrc:2002 cname:one"],
    ...(options.extraMedia ?? []),
  ];
  return `${lines.join("\r\n")}\r\n`;
}
