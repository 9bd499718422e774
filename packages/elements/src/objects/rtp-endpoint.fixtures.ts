// For tests: an RtpEndpoint over a host that answers as native code does.
import { MediaPipeline, coreModule } from "@kms/core";
import type { ConfigTree } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { elementsModule } from "../generated/index.js";
import type { RtpEndpointParams } from "../generated/rtp-endpoint.js";
import { RtpEndpoint } from "./rtp-endpoint.js";

/** What native code says of itself. */
export const LOCAL = { ip: "192.0.2.2", cname: "cname", ssrc: { audio: 11, video: 22 } };
/** Key and salt of AES_CM_128 as the API takes them. */
export const KEY = Buffer.alloc(30, 1).toString("base64");

/** An endpoint and what it does to its surroundings. */
export interface RtpEndpointTest {
  readonly endpoint: RtpEndpoint;
  readonly services: TestServices;
  /** Arguments of every setRemote, oldest first. */
  readonly remotes: readonly unknown[];
}

interface Surroundings {
  readonly config?: ConfigTree;
  readonly local?: typeof LOCAL;
}

/** An endpoint whose ports are 40002, 40004 and so on. */
export async function createRtpEndpoint(
  params: Partial<RtpEndpointParams> = {},
  { config = {}, local = LOCAL }: Surroundings = {},
): Promise<RtpEndpointTest> {
  const services = testServices([coreModule, elementsModule], config);
  const remotes: unknown[] = [];
  let port = 40_000;
  services.host.answer("localParameters", () => local);
  services.host.answer("open", () => ({ rtp: (port += 2), rtcp: port + 1 }));
  services.host.answer("setRemote", (args) => {
    remotes.push(args);
    return null;
  });
  const pipeline = new MediaPipeline(services.context("pipeline"));
  const context = services.context("endpoint", pipeline);
  const endpoint = new RtpEndpoint(context, params as RtpEndpointParams);
  await endpoint.initialize();
  services.host.takeCalls();
  return { endpoint, services, remotes };
}

/** A description of 192.0.2.9 with these media. */
export function sdp(...media: string[]): string {
  const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0"];
  return `${[...head, ...media].join("\r\n")}\r\n`;
}

/** Data of the events of a type, oldest first. */
export function eventsOf(
  { services }: RtpEndpointTest,
  type: string,
): readonly Readonly<Record<string, unknown>>[] {
  return services.events.filter((event) => event.type === type).map(({ data }) => data);
}

/** Streams that native code was told of last. */
export function streams({
  remotes,
}: RtpEndpointTest): readonly Readonly<Record<string, unknown>>[] {
  const last = remotes.at(-1) as { readonly streams: readonly Record<string, unknown>[] };
  return last.streams;
}
