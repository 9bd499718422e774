import { beforeEach, describe, expect, it } from "vitest";
import { KEY, LOCAL, createRtpEndpoint, eventsOf, sdp, streams } from "./rtp-endpoint.fixtures.js";
import type { RtpEndpointTest } from "./rtp-endpoint.fixtures.js";

const AUDIO = ["m=audio 30000 RTP/AVP 0 96", "a=rtpmap:96 opus/48000/2"];
const VIDEO = ["m=video 30002 RTP/AVP 97", "a=rtpmap:97 VP8/90000"];

let rtp: RtpEndpointTest;

beforeEach(async () => {
  rtp = await createRtpEndpoint();
});

describe("RtpEndpoint answers", () => {
  it("rtp_avp_negotiation: takes codecs in the offer's order and says where media comes in", async () => {
    const answer = await rtp.endpoint.processOffer(sdp(...AUDIO, ...VIDEO));
    expect(answer).toContain("m=audio 40002 RTP/AVP 0 96\r\n");
    expect(answer).toContain("a=rtcp:40003\r\n");
    expect(answer).toContain("m=video 40004 RTP/AVP 97\r\n");
    expect(answer).toContain("c=IN IP4 192.0.2.2\r\n");
    expect(answer).toContain("a=ssrc:22 cname:cname\r\n");
    expect(answer).not.toMatch(/a=(mid|setup|rtcp-mux|group|crypto|rtcp-fb)/);
    expect(streams(rtp)).toMatchObject([
      {
        medium: "audio",
        direction: "sendrecv",
        rtp: { ip: "192.0.2.9", port: 30000 },
        rtcp: { ip: "192.0.2.9", port: 30001 },
        rtcpMux: false,
      },
      { medium: "video", codecs: [{ codec: "VP8", payloadType: 97, feedback: [] }] },
    ]);
    expect(rtp.endpoint.accepts("video")?.formats).toMatchObject([{ codec: "VP8" }]);
  });

  it("names static payload types without rtpmap as the offer did", async () => {
    const answer = await rtp.endpoint.processOffer(sdp("m=audio 30000 RTP/AVP 0 8"));
    expect(answer).toContain("m=audio 40002 RTP/AVP 0 8\r\n");
    expect(answer).not.toContain("a=rtpmap");
    expect(streams(rtp)).toMatchObject([{ codecs: [{ codec: "PCMU" }, { codec: "PCMA" }] }]);
  });

  it.each([
    ["sendonly", "recvonly"],
    ["recvonly", "sendonly"],
    ["sendrecv", "sendrecv"],
    ["inactive", "inactive"],
  ])("media_direction: answers %s with %s", async (offered, answered) => {
    const answer = await rtp.endpoint.processOffer(sdp(...VIDEO, `a=${offered}`));
    expect(answer).toContain(`a=${answered}\r\n`);
    expect(streams(rtp)).toMatchObject([{ direction: answered }]);
    expect(rtp.endpoint.accepts("video")?.formats.length).toBe(answered.startsWith("send") ? 1 : 0);
  });

  it("fb_messages, extmap_attrs: repeats the feedback of AVPF that it does", async () => {
    const answer = await rtp.endpoint.processOffer(
      sdp(
        "m=video 30002 RTP/AVPF 97",
        "a=rtpmap:97 VP8/90000",
        "a=rtcp-fb:97 nack",
        "a=rtcp-fb:97 nack pli",
        "a=rtcp-fb:97 ccm fir",
        "a=rtcp-fb:97 goog-remb",
        "a=rtcp-fb:97 transport-cc",
        "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "a=extmap:6 urn:ietf:params:rtp-hdrext:toffset",
        "a=mid:v",
      ),
    );
    expect(answer).toContain("a=mid:v");
    expect(answer).toContain("a=extmap:5 ");
    expect(answer).not.toContain("a=extmap:6 ");
    expect(answer).not.toContain("transport-cc");
    expect(streams(rtp)).toMatchObject([
      { codecs: [{ feedback: ["nack", "nack pli", "ccm fir", "goog-remb"] }] },
    ]);
  });

  it("avp_avpf_negotiation: gives AVP no feedback, though it be offered", async () => {
    const answer = await rtp.endpoint.processOffer(sdp(...VIDEO, "a=rtcp-fb:97 nack"));
    expect(answer).not.toContain("a=rtcp-fb");
    expect(streams(rtp)).toMatchObject([{ codecs: [{ feedback: [] }] }]);
  });

  it("rtcp_mux: takes RTCP on RTP's port if the offer does", async () => {
    const answer = await rtp.endpoint.processOffer(sdp(...VIDEO, "a=rtcp-mux"));
    expect(answer).toContain("a=rtcp-mux");
    expect(answer).toContain("a=rtcp:40002\r\n");
    const address = { ip: "192.0.2.9", port: 30002 };
    expect(streams(rtp)).toMatchObject([{ rtcpMux: true, rtp: address, rtcp: address }]);
  });

  it("connection_ext: each m-line's own address and RTCP port count", async () => {
    await rtp.endpoint.processOffer(
      sdp(
        ...AUDIO,
        "a=rtcp:5000 IN IP4 192.0.2.77",
        ...VIDEO,
        "c=IN IP4 192.0.2.55/127",
        "a=rtcp:7000",
      ),
    );
    expect(streams(rtp)).toMatchObject([
      { rtp: { ip: "192.0.2.9", port: 30000 }, rtcp: { ip: "192.0.2.77", port: 5000 } },
      { rtp: { ip: "192.0.2.55", port: 30002 }, rtcp: { ip: "192.0.2.55", port: 7000 } },
    ]);
  });

  it("media_direction_ext: is passive for an active peer, and learns where it is", async () => {
    const answer = await rtp.endpoint.processOffer(
      sdp(...VIDEO, "a=direction:active", "a=setup:active"),
    );
    expect(answer).toContain("a=direction:passive\r\n");
    expect(answer).toContain("a=setup:passive\r\n");
    expect(streams(rtp)[0]).not.toHaveProperty("rtp");
    expect(streams(rtp)[0]).not.toHaveProperty("rtcp");
  });

  it.each([
    ["the discard port", "m=video 9 RTP/AVP 97", "c=IN IP4 192.0.2.9"],
    ["no address yet", "m=video 30002 RTP/AVP 97", "c=IN IP4 0.0.0.0"],
    ["another address family", "m=video 30002 RTP/AVP 97", "c=IN IP6 2001:db8::1"],
    ["a name", "m=video 30002 RTP/AVP 97", "c=IN IP4 host.example"],
  ])("learns where the peer is from its packets with %s", async (_, media, connection) => {
    await rtp.endpoint.processOffer(sdp(media, connection, "a=rtpmap:97 VP8/90000"));
    expect(streams(rtp)).toHaveLength(1);
    expect(streams(rtp)[0]).not.toHaveProperty("rtp");
  });

  it.each([
    ["rejected_unsupported_media", ["m=text 30002 RTP/AVP 97", "a=rtpmap:97 t140/1000"]],
    ["an unknown codec", ["m=video 30002 RTP/AVP 99", "a=rtpmap:99 THEORA/90000"]],
    ["port 0", ["m=video 0 RTP/AVP 97", "a=rtpmap:97 VP8/90000"]],
    ["DTLS", ["m=video 9 UDP/TLS/RTP/SAVPF 97", "a=rtpmap:97 VP8/90000"]],
    ["keys", ["m=video 9 RTP/SAVP 97", `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`]],
    ["data", ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=sctp-port:5000"]],
  ])("rejects %s and keeps its place", async (_, media) => {
    const answer = await rtp.endpoint.processOffer(sdp(...media, ...AUDIO));
    expect(answer).toMatch(/\r\nm=\w+ 0 [^\r]+\r\na=inactive\r\nm=audio 40002 /);
    expect(streams(rtp)).toMatchObject([{ medium: "audio" }]);
  });

  it("multi_m_lines: takes the first m-line of each medium", async () => {
    const answer = await rtp.endpoint.processOffer(sdp(...VIDEO, ...VIDEO, ...AUDIO));
    expect([...answer.matchAll(/^m=\w+ \d+/gm)].map(String)).toEqual([
      "m=video 40002",
      "m=video 0",
      "m=audio 40004",
    ]);
  });

  it("process_bundle_offer: no group in the answer", async () => {
    const offer = sdp("a=group:BUNDLE a v", ...AUDIO, "a=mid:a", ...VIDEO, "a=mid:v");
    const answer = await rtp.endpoint.processOffer(offer);
    expect(answer).not.toContain("a=group");
    expect(answer).toContain("a=mid:a");
  });

  it("test_not_enough_ports: the first medium gets its port, the second one 0", async () => {
    const ports = [40_002, 0];
    rtp.services.host.answer("open", () => ({ rtp: ports.shift() ?? 0, rtcp: 0 }));
    const answer = await rtp.endpoint.processOffer(sdp(...AUDIO, ...VIDEO));
    expect(answer).toContain("m=audio 40002 ");
    expect(answer).toContain("m=video 0 ");
    expect(streams(rtp)).toMatchObject([{ medium: "audio" }]);
  });

  it("is connected from then on, even without any m-line", async () => {
    await rtp.endpoint.processOffer(sdp());
    expect(rtp.endpoint.getConnectionState()).toBe("CONNECTED");
    expect(rtp.remotes).toEqual([{ streams: [] }]);
  });

  it.each([
    ["", "Empty offer not valid"],
    ["hello world", "Invalid SDP"],
  ])("invalid_sdp: refuses the offer %j with 40201", async (offer, message) => {
    await expect(rtp.endpoint.processOffer(offer)).rejects.toMatchObject({ code: 40201, message });
    expect(rtp.endpoint.getConnectionState()).toBe("DISCONNECTED");
    expect(rtp.services.host.takeCalls()).toEqual([]);
  });
});

describe("RtpEndpoint offers", () => {
  it("negotiation_offerer: all codecs, with feedback, and connects with the answer", async () => {
    const offer = await rtp.endpoint.generateOffer();
    expect(offer).toMatch(/m=audio 40002 RTP\/AVPF 96 0 8 97\r\n/);
    expect(offer).toMatch(/m=video 40004 RTP\/AVPF 98 99 100 101 102\r\n/);
    expect(offer).toContain("a=rtcp-fb:98 goog-remb");
    expect(offer).not.toContain("a=rtcp-fb:99 goog-remb");
    expect(offer).not.toContain("PCMU");
    expect(offer).not.toMatch(/0\.0\.0\.0|a=crypto|a=rtcp-mux/);
    expect(eventsOf(rtp, "ConnectionStateChanged")).toEqual([]);

    const answer = sdp(
      "m=audio 0 RTP/AVPF 96",
      "m=video 30002 RTP/AVPF 98",
      "a=rtpmap:98 VP8/90000",
      "a=recvonly",
    );
    expect(await rtp.endpoint.processAnswer(answer)).toBe(offer);
    expect(streams(rtp)).toMatchObject([{ medium: "video", direction: "sendonly" }]);
    expect(rtp.services.events.map(({ type }) => type)).toEqual([
      "ConnectionStateChanged",
      "MediaSessionStarted",
    ]);
    expect(rtp.endpoint.getRemoteSessionDescriptor()).toBe(answer);
  });

  it("connection_state_changes: two endpoints are connected by offer and answer", async () => {
    const offerer = rtp.endpoint;
    const offer = await offerer.generateOffer();
    const answerer = (await createRtpEndpoint()).endpoint;
    const answer = await answerer.processOffer(offer);
    expect([...answer.matchAll(/^m=(\w+) (?!0 )/gm)].map(([, kind]) => kind)).toEqual([
      "audio",
      "video",
    ]);
    expect(offerer.getConnectionState()).toBe("DISCONNECTED");
    await offerer.processAnswer(answer);
    expect([offerer, answerer].map((each) => each.getConnectionState())).toEqual([
      "CONNECTED",
      "CONNECTED",
    ]);
  });

  it.each([
    [{ offerToReceiveAudio: false }, ["video"]],
    [{ offerToReceiveVideo: false }, ["audio"]],
  ])("leaves out what %j does not want", async (options, media) => {
    const offer = await rtp.endpoint.generateOffer(options);
    expect([...offer.matchAll(/^m=(\w+)/gm)].map(([, kind]) => kind)).toEqual(media);
  });

  it("generate_offer_bw_limited: b= lines equal the settings, in offers only", async () => {
    rtp.endpoint.setMaxVideoRecvBandwidth(600);
    rtp.endpoint.setMaxAudioRecvBandwidth(40);
    const offer = await rtp.endpoint.generateOffer();
    expect(offer).toMatch(/m=audio [^\r]+\r\nb=AS:40\r\n/);
    expect(offer).toMatch(/m=video [^\r]+\r\nb=AS:600\r\n/);
    const other = await createRtpEndpoint();
    const answerer = other.endpoint;
    answerer.setMaxVideoRecvBandwidth(600);
    expect(await answerer.processOffer(offer)).not.toContain("b=AS");
    expect(streams(other)).toMatchObject([{ bandwidthKbps: 40 }, { bandwidthKbps: 600 }]);
  });

  it("generate_ipv6_offer: has an address of that family, and asks for it", async () => {
    rtp = await createRtpEndpoint({ useIpv6: true }, { local: { ...LOCAL, ip: "2001:db8::2" } });
    expect(rtp.services.host.objects.get("endpoint")?.params).toMatchObject({ ipv6: true });
    const offer = await rtp.endpoint.generateOffer();
    expect(offer).toContain("c=IN IP6 2001:db8::2\r\n");
    expect(offer).not.toContain("IP4");
  });

  it("port_range: takes its ports from the configuration", async () => {
    const config = { kurento: { BaseRtpEndpoint: { minPort: 50_000, maxPort: 50_099 } } };
    rtp = await createRtpEndpoint({}, { config });
    const { params } = rtp.services.host.objects.get("endpoint") ?? { params: {} };
    expect(params).toMatchObject({ ipv6: false, minPort: 50_000, maxPort: 50_099 });
  });

  it("codec_parsing: names the codecs of the configuration, in its order", async () => {
    const videoCodecs = [{ name: "H264/90000" }, { name: "VP8/90000" }, { name: "rtx/90000" }];
    const audioCodecs = [{ name: "AMR/8000" }];
    rtp = await createRtpEndpoint(
      {},
      { config: { kurento: { SdpEndpoint: { audioCodecs, videoCodecs } } } },
    );
    const offer = await rtp.endpoint.generateOffer();
    expect([...offer.matchAll(/^a=rtpmap:\d+ ([^/]+)/gm)].map(([, name]) => name)).toEqual([
      "AMR",
      "H264",
      "VP8",
    ]);
    const config = { kurento: { SdpEndpoint: { audioCodecs: [{ name: "opus" }] } } };
    const broken = createRtpEndpoint({}, { config });
    await expect(broken).rejects.toMatchObject({ code: 40207 });
  });

  it.each([
    ["fewer m-lines", sdp(...AUDIO)],
    ["other media", sdp(...VIDEO, ...AUDIO)],
  ])("refuses an answer with %s with 40206", async (_, answer) => {
    await rtp.endpoint.generateOffer();
    await expect(rtp.endpoint.processAnswer(answer)).rejects.toMatchObject({ code: 40206 });
  });
});

describe("RtpEndpoint", () => {
  it("media_state_changes: follows what native code says of media", () => {
    rtp.services.host.emit("endpoint", "mediaStateChanged", { state: "CONNECTED" });
    expect(rtp.endpoint.getMediaState()).toBe("CONNECTED");
    expect(eventsOf(rtp, "MediaStateChanged")).toMatchObject([
      { oldState: "DISCONNECTED", newState: "CONNECTED" },
    ]);
  });
});
