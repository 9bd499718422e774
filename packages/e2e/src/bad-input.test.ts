import { createSocket } from "node:dgram";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { type Answer, RawClient } from "./support/raw-client.js";
import { Server } from "./support/server.js";

describe("bad input", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it.each([
    ["{", -32700],
    ["[]", -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":7}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"fly"}', -32601],
  ])("answers %s with %i", async (text, code) => {
    using raw = await RawClient.open(server.url);
    expect((await raw.send(text)).error?.code).toBe(code);
    expect((await raw.call("ping", {})).result?.value).toBe("pong");
  });

  it("names the offending thing with Kurento's code", async () => {
    using raw = await RawClient.open(server.url);
    const pipeline = await raw.value("create", { type: "MediaPipeline", constructorParams: {} });
    const endpoint = await raw.value("create", {
      type: "WebRtcEndpoint",
      constructorParams: { mediaPipeline: pipeline },
    });
    const invoke = (
      object: string,
      operation: string,
      operationParams: object = {},
    ): Promise<Answer> => raw.call("invoke", { object, operation, operationParams });
    const create = (type: string): Promise<Answer> =>
      raw.call("create", { type, constructorParams: {} });
    await expectError(create("Toaster"), 40108, /Toaster/);
    await expectError(create("WebRtcEndpoint"), 40001, /mediaPipeline/);
    await expectError(invoke("no-such-object", "getName"), 40101, /no-such-object/);
    await expectError(invoke(endpoint, "fly"), 40008, /fly/);
    await expectError(invoke(endpoint, "processOffer", { offer: 7.5, extra: {} }), 40201, /SDP/);
    await expectError(invoke(endpoint, "processOffer", { offer: {} }), 40001, /offer/);
    await expectError(
      invoke(endpoint, "processOffer", { offer: "" }),
      40201,
      /Empty offer not valid/,
    );
    await expectError(invoke(endpoint, "processOffer", { offer: "broken" }), 40201, /Invalid SDP/);
    await expectError(invoke(endpoint, "connect", { sink: "nobody" }), 40101, /nobody/);
    await expectError(invoke(endpoint, "connect", { sink: pipeline }), 40107, /sink/);
    await expectError(
      raw.call("subscribe", { type: "Birthday", object: endpoint }),
      40106,
      /Birthday/,
    );
    expect((await invoke(endpoint, "getName")).result?.value).toBe(endpoint);
  });

  async function expectError(
    answer: Promise<Answer>,
    code: number,
    message: RegExp,
  ): Promise<void> {
    const { error } = await answer;
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
  }

  it("drops garbage sent to the media port while a call goes on", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const pipeline = await client.create("MediaPipeline");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    await endpoint.connect(endpoint);
    const found = nextEvent(endpoint, "IceCandidateFound");
    const peer = await Peer.call(await openPage(browser, server.pageUrl), endpoint);
    await peer.showsVideo(640);
    const [, , , , host = "", port = ""] = (await found).candidate.candidate.split(" ");
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    for (let count = 0; count < 2000; count++) {
      const garbage = Uint8Array.from(
        { length: 1 + (count % 1400) },
        (_, index) => index * 31 + count,
      );
      garbage[0] = [0, 1, 22, 64, 128, 144, 200, 255][count % 8] ?? 0;
      await new Promise((resolve) => socket.send(garbage, Number(port), host, resolve));
    }
    socket.close();
    const figures = await peer.measureVideo(3);
    expect(figures.framesPerSecond).toBeGreaterThanOrEqual(20);
    await pipeline.release();
  });

  it("refuses a peer whose certificate has another fingerprint", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const pipeline = await client.create("MediaPipeline");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    const failed = nextEvent(
      endpoint,
      "DtlsConnectionStateChange",
      ({ state }) => state === "FAILED",
    );
    await subscribed(endpoint);
    const page = await openPage(browser, server.pageUrl);
    const swapOctets = (offer: string): string =>
      offer.replace(/(a=fingerprint:sha-256 )(..):(..)/g, "$1$3:$2");
    await Peer.call(page, endpoint, { receive: false, changeOffer: swapOctets });
    await failed;
    await pipeline.release();
  });
});
