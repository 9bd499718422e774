// What the server tells of media: getStats beside the browser's own, and /metrics.
import { X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KurentoElement } from "kurento-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { makeCertificate } from "./support/certificate.js";
import { connectClient } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import type { PeerWindow } from "./support/peer-page.js";
import { Server } from "./support/server.js";

type Entry = Record<string, string | number> & { readonly type: string };

let folder = "";
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-stats-"));
  await makeCertificate(join(folder, "media"), "media");
  const pemCertificateECDSA = join(folder, "media.pem");
  server = await Server.start({
    modules: { kurento: { WebRtcEndpoint: { pemCertificateECDSA } } },
  });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await rm(folder, { recursive: true });
});

async function entriesOf(endpoint: KurentoElement, mediaType?: string): Promise<Entry[]> {
  return Object.values(await endpoint.getStats(mediaType)) as Entry[];
}

async function entryOf(endpoint: KurentoElement, type: string, mediaType?: string): Promise<Entry> {
  const found = (await entriesOf(endpoint, mediaType)).find((entry) => entry.type === type);
  return found ?? { type: "missing" };
}

/** The page's own figures of one stream. */
function ownFigures(peer: Peer, type: string, kind: string): Promise<Record<string, number>> {
  return peer.page.evaluate(
    async ([wantedType, wantedKind]) => {
      const { peer: connection } = (globalThis as PeerWindow).kmsPeer;
      const reports = [...(await connection.getStats()).values()];
      return reports.find((one) => one.type === wantedType && one.kind === wantedKind);
    },
    [type, kind] as const,
  );
}

/** The same, not older than this call: a browser answers from a cache for a while. */
async function newFigures(peer: Peer, type: string, kind: string): Promise<Record<string, number>> {
  const since = Date.now();
  let figures: Record<string, number> = {};
  const taken = async (): Promise<number> => {
    figures = await ownFigures(peer, type, kind);
    return figures["timestamp"] ?? 0;
  };
  await expect.poll(taken).toBeGreaterThan(since);
  return figures;
}

async function metric(name: string, ...labels: readonly string[]): Promise<number> {
  const text = await (await fetch(`${server.pageUrl}metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`));
  return lines
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

it("getStats moves, and agrees with the browser's own", async () => {
  await using client = await connectClient(server.url);
  await using browser = await launchBrowser();
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint", { certificateKeyType: "ECDSA" });
  await endpoint.connect(endpoint);
  const peer = await Peer.call(await openPage(browser, server.pageUrl), endpoint);
  await peer.showsVideo(640);

  const sent = await ownFigures(peer, "outbound-rtp", "audio");
  const heard = async (): Promise<number> =>
    Number((await entryOf(endpoint, "inboundrtp", "AUDIO"))["packetsReceived"]);
  await expect.poll(heard).toBeGreaterThanOrEqual(sent["packetsSent"] ?? NaN);
  const received = await entryOf(endpoint, "inboundrtp", "AUDIO");
  const sentSince = await newFigures(peer, "outbound-rtp", "audio");
  expect(received["ssrc"]).toBe(String(sent["ssrc"]));
  expect(received["packetsReceived"]).toBeLessThanOrEqual(sentSince["packetsSent"] ?? NaN);
  expect(received["bytesReceived"]).toBeLessThanOrEqual(sentSince["bytesSent"] ?? NaN);
  expect(received["packetsLost"]).toBe(0);

  const back = await entryOf(endpoint, "outboundrtp", "VIDEO");
  const shown = async (): Promise<number> =>
    (await ownFigures(peer, "inbound-rtp", "video"))["packetsReceived"] ?? NaN;
  await expect.poll(shown).toBeGreaterThan(0);
  expect(back["ssrc"]).toBe(String((await ownFigures(peer, "inbound-rtp", "video"))["ssrc"]));
  const later = async (): Promise<number> =>
    Number((await entryOf(endpoint, "outboundrtp", "VIDEO"))["packetsSent"]);
  await expect.poll(later).toBeGreaterThan(Number(back["packetsSent"]));
  await pipeline.release();
});

it("getStats links streams with codec, transport, candidates and the configured certificate", async () => {
  await using client = await connectClient(server.url);
  await using browser = await launchBrowser();
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint", { certificateKeyType: "ECDSA" });
  expect(await endpoint.getStats()).toEqual({});
  await endpoint.connect(endpoint);
  const peer = await Peer.call(await openPage(browser, server.pageUrl), endpoint);
  await peer.showsVideo(640);

  const all = await entriesOf(endpoint);
  const byId = new Map(all.map((entry) => [entry["id"], entry]));
  const video = await entryOf(endpoint, "inboundrtp", "VIDEO");
  expect(byId.get(video["codecId"] ?? "")).toMatchObject({ codec: "VP8", clockRate: 90_000 });
  const transport = byId.get(video["transportId"] ?? "");
  expect(transport).toMatchObject({ type: "transport", activeConnection: true });
  expect(Number(transport?.["bytesReceived"])).toBeGreaterThan(Number(video["bytesReceived"]));
  const pair = byId.get(transport?.["selectedCandidatePairId"] ?? "");
  expect(pair).toMatchObject({ type: "candidatepair", state: "succeeded", writable: true });
  expect(pair).toMatchObject({ nominated: true, readable: true });
  expect(Number(pair?.["requestsSent"])).toBeGreaterThan(0);
  expect(Number(pair?.["responsesReceived"])).toBeGreaterThan(0);
  expect(Number(pair?.["currentRoundTripTime"])).toBeGreaterThan(0);
  expect(Number(pair?.["bytesSent"])).toBeGreaterThan(0);
  const pairs = all.filter(({ type }) => type === "candidatepair");
  expect(pairs.length).toBeGreaterThan(1);
  const ofPairs = pairs.reduce((sum, { bytesReceived }) => sum + Number(bytesReceived), 0);
  expect(ofPairs).toBeGreaterThan(0);
  expect(ofPairs).toBeLessThanOrEqual(Number(transport?.["bytesReceived"]));
  expect(byId.get(pair?.["localCandidateId"] ?? "")).toMatchObject({ candidateType: "host" });
  expect(byId.get(pair?.["remoteCandidateId"] ?? "")?.type).toBe("remotecandidate");
  const configured = new X509Certificate(await readFile(join(folder, "media.pem")));
  expect(byId.get(transport?.["localCertificateId"] ?? "")).toMatchObject({
    fingerprint: configured.fingerprint256,
    base64Certificate: configured.raw.toString("base64"),
  });
  expect(byId.has(transport?.["remoteCertificateId"] ?? "")).toBe(true);
  await pipeline.release();
});

it("/metrics counts packets of the I/O threads, and those dropped by reason", async () => {
  await using client = await connectClient(server.url);
  await using browser = await launchBrowser();
  const before = await metric("kms_media_received_packets_total");
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  await endpoint.connect(endpoint);
  const peer = await Peer.call(await openPage(browser, server.pageUrl), endpoint);
  await peer.showsVideo(640);
  expect(await metric("kms_media_received_packets_total")).toBeGreaterThan(before);
  expect(await metric("kms_media_sent_packets_total")).toBeGreaterThan(0);
  expect(await metric("kms_media_sends_total")).toBeGreaterThan(0);
  expect(await metric("kms_media_transports")).toBe(1);

  const { ipAddress, portNumber } = await entryOf(endpoint, "localcandidate");
  const dropped = (): Promise<number> =>
    metric("kms_media_dropped_packets_total", 'reason="unknownSender"');
  const droppedBefore = await dropped();
  const stranger = createSocket(String(ipAddress).includes(":") ? "udp6" : "udp4");
  const garbage = Buffer.alloc(100, 0x80);
  for (let i = 0; i < 5; i += 1) stranger.send(garbage, Number(portNumber), String(ipAddress));
  await expect.poll(dropped).toBeGreaterThanOrEqual(droppedBefore + 5);
  stranger.close();
  await pipeline.release();
});

it("a certificate that cannot be used keeps the server from starting, by setting and file", async () => {
  const pemCertificateRSA = join(folder, "media.pem");
  const modules = { kurento: { WebRtcEndpoint: { pemCertificateRSA } } };
  await expect(Server.start({ modules })).rejects.toThrow(
    `'modules.kurento.WebRtcEndpoint.pemCertificateRSA': ${pemCertificateRSA} cannot be used: its key is of type ec, not rsa`,
  );
});
