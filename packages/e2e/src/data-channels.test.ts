// Data channels, browsers at the other end: the behaviours that tests.md names for data.
import type {
  KurentoConnection,
  KurentoElement,
  KurentoEvent,
  KurentoPipeline,
} from "kurento-client";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient, failure, kurento, nextEvent, subscribed } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { Server } from "./support/server.js";

const MESSAGES = 1000;
const LARGEST = 65_536;
const RECONNECTIONS = 5;

describe("data channels", () => {
  let server: Server;
  let client: KurentoConnection & AsyncDisposable;
  let browser: Browser & AsyncDisposable;
  let pipeline: KurentoPipeline;

  beforeAll(async () => {
    server = await Server.start();
    client = await connectClient(server.url);
    browser = await launchBrowser();
    pipeline = await client.create("MediaPipeline");
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
    expect(await server.stop()).toBe(0);
  });

  const endpointWithData = async (): Promise<KurentoElement> =>
    pipeline.create("WebRtcEndpoint", { useDataChannels: true });
  const page = (): ReturnType<typeof openPage> => openPage(browser, server.pageUrl);

  it("webrtc_data_channels_bundled: echo 1,000 messages up to 64 KiB in order, beside video (loopback)", async () => {
    const endpoint = await endpointWithData();
    await endpoint.connect(endpoint);
    const peer = await Peer.call(await page(), endpoint, { channels: [{ label: "echo" }] });
    const channel = await peer.channel("echo");
    const sent = await channel.sendMixed(MESSAGES, LARGEST);
    expect(await channel.received(MESSAGES)).toEqual(sent);
    await peer.showsVideo(640);
    await peer.close();
    await endpoint.release();
  });

  it("webrtc_data_channels_separate: echo beside media where each m-line has a transport of its own", async () => {
    const endpoint = await endpointWithData();
    await endpoint.connect(endpoint);
    const peer = await Peer.call(await page(), endpoint, {
      channels: [{ label: "echo" }],
      configuration: { bundlePolicy: "max-compat" },
      changeOffer: (offer) => offer.replace(/a=group:BUNDLE.*\r\n/, ""),
    });
    const answer = await endpoint.getLocalSessionDescriptor();
    expect(new Set(answer.match(/a=ice-ufrag:.*/g)).size, "audio, video, data").toBe(3);
    const channel = await peer.channel("echo");
    const sent = await channel.sendMixed(20, LARGEST);
    expect(await channel.received(20)).toEqual(sent);
    await peer.showsVideo(640);
    await peer.close();
    await endpoint.release();
  });

  it("carry messages between two browsers, both ways (datachannels B2B)", async () => {
    const endpoints = [await endpointWithData(), await endpointWithData()] as const;
    await endpoints[0].connect(endpoints[1], "DATA");
    await endpoints[1].connect(endpoints[0], "DATA");
    const channels = [];
    for (const endpoint of endpoints) {
      const options = { send: "nothing", channels: [{ label: "chat" }] } as const;
      const peer = await Peer.call(await page(), endpoint, options);
      channels.push(await peer.channel("chat"));
    }
    const [left, right] = channels;
    if (!left || !right) throw new Error("two pages should have channels");
    const [fromLeft, fromRight] = await Promise.all([
      left.sendMixed(50, LARGEST),
      right.sendMixed(50, LARGEST),
    ]);
    expect(await right.received(50)).toEqual(fromLeft);
    expect(await left.received(50)).toEqual(fromRight);
    await Promise.all(endpoints.map((endpoint) => endpoint.release()));
  });

  it("open from the server with what it asks for, and close from there", async () => {
    const endpoint = await endpointWithData();
    await endpoint.connect(endpoint, "DATA");
    const opened = nextEvent(endpoint, "DataChannelOpened");
    const closed = nextEvent(endpoint, "DataChannelClosed");
    await subscribed(endpoint);
    const peer = await Peer.answer(await page(), endpoint, { send: "nothing", channels: [] });
    await call(endpoint, "createDataChannel", "server's", false, -1, 3, "json");
    const channel = await peer.channel("server's");
    const { channelId } = (await opened) as KurentoEvent & { channelId: number };
    expect(await channel.describe()).toEqual({
      id: channelId,
      ordered: false,
      maxPacketLifeTime: null,
      maxRetransmits: 3,
      protocol: "json",
    });
    const sent = await channel.sendMixed(20, 1000);
    const byChecksum = (a: { checksum: number }, b: { checksum: number }): number =>
      a.checksum - b.checksum;
    expect((await channel.received(20)).sort(byChecksum)).toEqual(sent.sort(byChecksum));
    await call(endpoint, "closeDataChannel", channelId);
    await channel.closed();
    expect(await closed).toMatchObject({ channelId });
    await endpoint.release();
  });

  it("close from the browser, one by one and with the connection", async () => {
    const endpoint = await endpointWithData();
    await endpoint.connect(endpoint, "DATA");
    const opened: number[] = [];
    endpoint.on("DataChannelOpened", (event) => opened.push(Number(event["channelId"])));
    const labels = Array.from({ length: 20 }, (_, index) => `channel ${index}`);
    await subscribed(endpoint);
    const wishes = labels.map((label) => ({ label }));
    const peer = await Peer.call(await page(), endpoint, { send: "nothing", channels: wishes });
    const channels = await Promise.all(labels.map((label) => peer.channel(label)));
    for (const channel of channels) {
      const sent = await channel.sendMixed(3, 100);
      expect(await channel.received(3), "messages return by the channel they came from").toEqual(
        sent,
      );
    }
    const [first, last] = [channels[0], channels.at(-1)];
    if (!first || !last) throw new Error("no channels");
    const { id } = await first.describe();
    const firstClosed = nextEvent(
      endpoint,
      "DataChannelClosed",
      (event) => event["channelId"] === id,
    );
    await subscribed(endpoint);
    await first.close();
    await firstClosed;
    const lastId = (await last.describe()).id;
    const allClosed = nextEvent(
      endpoint,
      "DataChannelClosed",
      (event) => event["channelId"] === lastId,
    );
    await subscribed(endpoint);
    await peer.close();
    await allClosed;
    expect(opened).toHaveLength(20);
    await endpoint.release();
  });

  it("are created and destroyed between two endpoints again and again (check_data_channel)", async () => {
    const offerer = await endpointWithData();
    const answerer = await endpointWithData();
    trickle(offerer, answerer);
    trickle(answerer, offerer);
    await offerer.processAnswer(await answerer.processOffer(await offerer.generateOffer()));
    await Promise.all([offerer.gatherCandidates(), answerer.gatherCandidates()]);
    for (let round = 0; round < RECONNECTIONS; round++) {
      const opened = nextEvent(answerer, "DataChannelOpened");
      const closed = nextEvent(offerer, "DataChannelClosed");
      await Promise.all([subscribed(offerer), subscribed(answerer)]);
      await call(offerer, "createDataChannel");
      const { channelId } = (await opened) as KurentoEvent & { channelId: number };
      await call(answerer, "closeDataChannel", channelId);
      expect(await closed).toMatchObject({ channelId });
    }
    await Promise.all([offerer.release(), answerer.release()]);
  });

  it("fail as the original does, and are counted in statistics", async () => {
    const endpoint = await endpointWithData();
    const fails = (...args: unknown[]): Promise<{ code?: number }> =>
      failure((callback) => invoke(endpoint, "createDataChannel", [...args, callback]));
    expect(await fails()).toMatchObject({ code: 40111 });
    const opened = nextEvent(endpoint, "DataChannelOpened");
    await subscribed(endpoint);
    const peer = await Peer.call(await page(), endpoint, {
      send: "nothing",
      channels: [{ label: "counted", options: { protocol: "p" } }],
    });
    expect(await fails("x", true, 1, 1)).toMatchObject({ code: 40107 });
    const channel = await peer.channel("counted");
    await opened;
    await channel.sendMixed(4, 10);
    await call(endpoint, "closeDataChannel", 999);
    const { id } = await channel.describe();
    for (;;) {
      const stats = Object.values(await endpoint.getStats("DATA"));
      const entry = stats.find(({ type }) => type === "datachannel");
      if (!entry || !("messagesReceived" in entry) || Number(entry.messagesReceived) < 4) continue;
      expect(entry).toMatchObject({
        label: "counted",
        protocol: "p",
        datachannelid: id,
        state: "open",
        messagesSent: 0,
        messagesReceived: 4,
      });
      expect(stats.find(({ type }) => type === "session")).toMatchObject({
        dataChannelsOpened: 1,
        dataChannelsClosed: 0,
      });
      break;
    }
    await endpoint.release();
  });
});

/** Calls an operation that the client's types do not name. */
function invoke(element: KurentoElement, operation: string, args: unknown[]): unknown {
  return (element[operation] as (...args: unknown[]) => unknown).apply(element, args);
}

async function call(element: KurentoElement, operation: string, ...args: unknown[]): Promise<void> {
  await invoke(element, operation, args);
}

/** Gives the candidates of one endpoint to another. */
function trickle(from: KurentoElement, to: KurentoElement): void {
  const toIceCandidate = kurento.getComplexType("IceCandidate");
  from.on("IceCandidateFound", ({ candidate }) => {
    void to.addIceCandidate(toIceCandidate(candidate as object));
  });
}
