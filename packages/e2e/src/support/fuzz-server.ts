// Mutated requests to a real server, real workers and native code included.
import { elementSurface, fuzz } from "@kms/server/testing/fuzz";
import type { FuzzResult, FuzzSurface } from "@kms/server/testing/fuzz";
import { CallingClient } from "./calling-client.js";
import { type ProcessSize, sizeOf } from "./processes.js";
import type { Server } from "./server.js";

const offer = [
  "v=0",
  "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
  "c=IN IP4 0.0.0.0",
  "a=rtcp:9 IN IP4 0.0.0.0",
  "a=ice-ufrag:7sFv",
  "a=ice-pwd:dOTZKZNVlO9RSGsEGM63JXT2",
  "a=ice-options:trickle",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "7B").join(":")}`,
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtcp-rsize",
  "a=rtpmap:96 VP8/90000",
  "a=rtcp-fb:96 nack pli",
  "a=rtpmap:97 rtx/90000",
  "a=fmtp:97 apt=96",
  "a=ssrc:2231627014 cname:4TOk42mSjXCkVIa6",
  "",
].join("\r\n");

const candidate = {
  candidate: "candidate:1 1 UDP 2013266431 127.0.0.1 9 typ host",
  sdpMid: "0",
  sdpMLineIndex: 0,
};

/** What a WebRTC application calls. */
const webRtcSurface: FuzzSurface = {
  types: ["WebRtcEndpoint", "PassThrough"],
  operations: [
    ...elementSurface.operations,
    ["processOffer", { offer }],
    ["processAnswer", { answer: offer }],
    ["generateOffer", {}],
    ["gatherCandidates", {}],
    ["addIceCandidate", { candidate }],
    ["getLocalSessionDescriptor", {}],
    ["setMaxVideoRecvBandwidth", { maxVideoRecvBandwidth: 1000 }],
    ["setStunServerAddress", { stunServerAddress: "127.0.0.1" }],
    ["createDataChannel", { label: "chat", ordered: true, maxRetransmits: 3 }],
    ["getGstreamerDot", {}],
  ],
  events: [...elementSurface.events, "IceCandidateFound", "DtlsConnectionStateChange"],
};

/** A process after the first batches, and at the end. */
export interface SizeChange {
  readonly first: ProcessSize;
  readonly last: ProcessSize;
}

/** Sends the messages. @throws Error when a reply is missing or wrong, or a worker process was replaced */
export async function fuzzServer(
  server: Server,
  seed: number,
  messages: number,
): Promise<FuzzResult & { readonly pipelines: number; readonly sizes: readonly SizeChange[] }> {
  const workers = await server.workers();
  const measure = (): Promise<ProcessSize[]> => Promise.all([server.pid, ...workers].map(sizeOf));
  let first: ProcessSize[] | undefined;
  const onBatch = async (sent: number): Promise<void> => {
    if (sent >= messages / 4) first ??= await measure();
  };
  const result = await fuzz({ url: server.url, seed, messages, surface: webRtcSurface, onBatch });
  using client = await CallingClient.open(server.url);
  const pipelines = (await client.invoke("manager_ServerManager", "getPipelines")) as unknown[];
  if (String(await server.workers()) !== String(workers))
    throw new Error(`seed ${seed}: a worker died:\n${server.output}`);
  const last = await measure();
  const sizes = last.map((size, index) => ({ first: first?.[index] ?? size, last: size }));
  return { ...result, pipelines: pipelines.length, sizes };
}
