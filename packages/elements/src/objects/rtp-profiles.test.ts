// RtpEndpoint in each profile of RTP and each address family, under the names of Kurento's own tests.
import { MediaPipeline, coreModule } from "@kms/core";
import { testServices } from "@kms/core/testing";
import { describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { RtpEndpointParams } from "../generated/rtp-endpoint.js";
import { RtpEndpoint } from "./rtp-endpoint.js";

const IPV4 = "192.0.2.2";
const IPV6 = "2001:db8::2";
const KEY = Buffer.alloc(30, 1).toString("base64");
const PEER_KEY = Buffer.alloc(30, 2).toString("base64");
const CRYPTO = { crypto: "AES_128_CM_HMAC_SHA1_80", keyBase64: KEY } as const;
const ANSWERS = [
  ["sendonly", "recvonly"],
  ["recvonly", "sendonly"],
  ["sendrecv", "sendrecv"],
  ["inactive", "inactive"],
] as const;

async function create(params: Partial<RtpEndpointParams> = {}, ip = IPV4): Promise<RtpEndpoint> {
  const services = testServices([coreModule, elementsModule]);
  let port = 40_000;
  services.host.answer("localParameters", () => ({
    ip,
    cname: "cname",
    ssrc: { audio: 11, video: 22 },
  }));
  services.host.answer("open", () => ({ rtp: (port += 2), rtcp: port + 1 }));
  services.host.answer("setRemote", () => null);
  const pipeline = new MediaPipeline(services.context("pipeline"));
  const made = new RtpEndpoint(services.context("endpoint", pipeline), params as RtpEndpointParams);
  await made.initialize();
  return made;
}

function offerOf(protocol: string, direction: string, address = `IP4 ${IPV4}`): string {
  const keys = protocol.includes("SAVP")
    ? [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${PEER_KEY}`]
    : [];
  const lines = [
    ["v=0", `o=- 1 1 IN ${address}`, "s=-", `c=IN ${address}`, "t=0 0"],
    [`m=audio 30000 ${protocol} 96`, "a=rtpmap:96 opus/48000/2", ...keys, `a=${direction}`],
    [`m=video 30002 ${protocol} 97`, "a=rtpmap:97 VP8/90000", ...keys, `a=${direction}`],
  ];
  return `${lines.flat().join("\r\n")}\r\n`;
}

/** Medium, profile and direction of each m-line. */
function mediaOf(sdp: string): (string | undefined)[][] {
  const lines = sdp.split(/^(?=m=)/m).slice(1);
  return lines.map((text) => [
    ...(/^m=(\w+) \d+ (\S+)/.exec(text)?.slice(1) ?? []),
    /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(text)?.[1] ?? "sendrecv",
  ]);
}

describe("profiles", () => {
  it.each([
    ["rtp_avp_negotiation", "RTP/AVP", {}],
    ["rtp_avpf_negotiation", "RTP/AVPF", {}],
    ["rtp_savp_negotiation", "RTP/SAVP", { crypto: CRYPTO }],
    ["rtp_savpf_negotiation", "RTP/SAVPF", { crypto: CRYPTO }],
  ])("%s: %s is kept with each direction", async (_name, protocol, params) => {
    for (const [offered, expected] of ANSWERS) {
      const endpoint = await create(params);
      const answer = await endpoint.processOffer(offerOf(protocol, offered));
      expect(mediaOf(answer)).toEqual([
        ["audio", protocol, expected],
        ["video", protocol, expected],
      ]);
      const keys = answer.match(/a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:.*/g) ?? [];
      expect(keys).toHaveLength(protocol.includes("SAVP") ? 2 : 0);
    }
  });
});

describe("address families", () => {
  it("generate_ipv6_answer: an IPv6 endpoint answers with an address of that family alone", async () => {
    const endpoint = await create({ useIpv6: true }, IPV6);
    const answer = await endpoint.processOffer(offerOf("RTP/AVP", "sendrecv", "IP6 2001:db8::9"));
    expect(answer).toContain(`c=IN IP6 ${IPV6}\r\n`);
    expect(answer).toMatch(/^m=audio 40002 [^]*^m=video 40004 /m);
    expect(answer).not.toContain("IP4");
  });

  it.each([
    ["negotiation_offerer", {}, IPV4],
    ["negotiation_offerer_ipv6", { useIpv6: true }, IPV6],
  ])("%s: each side's description is the other's remote one", async (_name, params, ip) => {
    const offerer = await create(params, ip);
    const answerer = await create(params, ip);
    const offer = await offerer.generateOffer();
    const answer = await answerer.processOffer(offer);
    await offerer.processAnswer(answer);
    expect(offerer.getRemoteSessionDescriptor()).toBe(answerer.getLocalSessionDescriptor());
    expect(answerer.getRemoteSessionDescriptor()).toBe(offerer.getLocalSessionDescriptor());
    for (const sdp of [offer, answer]) {
      expect(sdp).toContain(` ${ip}\r\n`);
      expect(sdp).not.toMatch(/^c=IN IP[46] (0\.0\.0\.0|::)\r$/m);
    }
  });
});
