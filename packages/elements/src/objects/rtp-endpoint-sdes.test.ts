import { beforeEach, describe, expect, it } from "vitest";
import { KEY, createRtpEndpoint, eventsOf, sdp, streams } from "./rtp-endpoint.fixtures.js";
import type { RtpEndpointTest } from "./rtp-endpoint.fixtures.js";

const OTHER_KEY = Buffer.alloc(30, 2).toString("base64");

let rtp: RtpEndpointTest;

describe("RtpEndpoint with SDES", () => {
  const crypto = { crypto: "AES_128_CM_HMAC_SHA1_80", keyBase64: KEY } as const;

  beforeEach(async () => {
    rtp = await createRtpEndpoint({ crypto });
  });

  it("offers its suite and key for each medium", async () => {
    const offer = await rtp.endpoint.generateOffer();
    expect(offer).toContain("RTP/SAVPF");
    const line = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}\r\n`;
    expect(offer.split(line)).toHaveLength(3);
  });

  it("sdes_negotiation: answers the first key of its suite with its own under the same tag", async () => {
    const answer = await rtp.endpoint.processOffer(
      sdp(
        "m=audio 30000 RTP/SAVP 0",
        `a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:${Buffer.alloc(46).toString("base64")}`,
        `a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${OTHER_KEY}|2^20`,
        `a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`,
      ),
    );
    expect(answer).toContain(`a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${KEY}\r\n`);
    expect(answer.match(/a=crypto/g)).toHaveLength(1);
    expect(streams(rtp)).toMatchObject([
      {
        crypto: {
          suite: "AES_CM_128_HMAC_SHA1_80",
          outbound: Buffer.alloc(30, 1),
          inbound: Buffer.alloc(30, 2),
          lifetime: 2 ** 20,
        },
      },
    ]);
  });

  it.each([
    ["plain RTP", ["m=audio 30000 RTP/AVP 0"]],
    ["no key", ["m=audio 30000 RTP/SAVP 0"]],
    [
      "another suite",
      ["m=audio 30000 RTP/SAVP 0", `a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:${KEY}`],
    ],
  ])("rejects %s", async (_, media) => {
    const answer = await rtp.endpoint.processOffer(sdp(...media));
    expect(answer).toContain("m=audio 0 ");
    expect(rtp.remotes).toEqual([{ streams: [] }]);
  });

  it("sends nothing to an answer without its suite", async () => {
    await rtp.endpoint.generateOffer({ offerToReceiveVideo: false });
    await rtp.endpoint.processAnswer(sdp("m=audio 30000 RTP/SAVPF 0"));
    expect(rtp.remotes).toEqual([{ streams: [] }]);
    expect(rtp.endpoint.accepts("audio")?.formats).toEqual([]);
  });

  it("tells when a key is nearly used up", () => {
    rtp.services.host.emit("endpoint", "keySoftLimit", { medium: "video" });
    expect(eventsOf(rtp, "OnKeySoftLimit")).toMatchObject([{ mediaType: "VIDEO" }]);
  });

  it.each([
    ["short", "Master key size is wrong"],
    ["x".repeat(46), "Master key size is wrong"],
  ])("refuses the key %s with 40107", async (key, message) => {
    const made = createRtpEndpoint({ crypto: { crypto: "AES_128_CM_HMAC_SHA1_80", key } });
    await expect(made).rejects.toMatchObject({ code: 40107, message });
  });
});
