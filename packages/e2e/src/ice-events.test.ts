// ICE between two endpoints of one server: candidates, properties, and the events in their order. The names in capitals
// or with underscores are those of Kurento's own tests of the same behaviour.
import type { KurentoElement, KurentoEvent, KurentoPipeline } from "kurento-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectClient, kurento, nextEvent } from "./support/kurento.js";
import { Server } from "./support/server.js";

const MIN_PORT = 43_000;
const MAX_PORT = 43_099;
const IP_FIELD = 4;
const PORT_FIELD = 5;
const ACTIVE_PORT = 9;

let server: Server;
let client: Awaited<ReturnType<typeof connectClient>>;
let pipeline: KurentoPipeline;

beforeAll(async () => {
  server = await Server.start({
    env: { KMS_MIN_PORT: String(MIN_PORT), KMS_MAX_PORT: String(MAX_PORT) },
  });
  client = await connectClient(server.url);
});
afterAll(async () => {
  client.close();
  expect(await server.stop()).toBe(0);
});
beforeEach(async () => {
  pipeline = await client.create("MediaPipeline");
});
afterEach(async () => pipeline.release());

const endpointOf = async (): Promise<KurentoElement> => pipeline.create("WebRtcEndpoint");

/** Each one's candidates go to the other. */
function trickle(one: KurentoElement, other: KurentoElement): void {
  const toIceCandidate = kurento.getComplexType("IceCandidate");
  const pass = (from: KurentoElement, to: KurentoElement): unknown =>
    from.on("IceCandidateFound", ({ candidate }) => {
      void to.addIceCandidate(toIceCandidate(candidate));
    });
  pass(one, other);
  pass(other, one);
}

async function negotiate(offerer: KurentoElement, answerer: KurentoElement): Promise<void> {
  const answer = await answerer.processOffer(await offerer.generateOffer());
  await offerer.processAnswer(answer);
}

const isState = (state: string) => (event: KurentoEvent) => event.state === state;

/** The candidates that an endpoint finds, each once. */
async function gathered(endpoint: KurentoElement): Promise<string[][]> {
  const found = new Set<string>();
  endpoint.on("IceCandidateFound", ({ candidate }) => found.add(candidate.candidate));
  const done = nextEvent(endpoint, "IceGatheringDone");
  await endpoint.generateOffer();
  await endpoint.gatherCandidates();
  await done;
  return [...found].map((candidate) => candidate.split(" "));
}

describe("ICE events", () => {
  it("gathering_done: IceGatheringDone comes once, after the last candidate", async () => {
    const endpoint = await endpointOf();
    const events: string[] = [];
    for (const type of ["IceCandidateFound", "IceGatheringDone"])
      endpoint.on(type, ({ type: seen }) => events.push(seen));
    const done = nextEvent(endpoint, "IceGatheringDone");
    await endpoint.generateOffer();
    await endpoint.gatherCandidates();
    await done;
    await endpoint.getName();
    expect(events.length).toBeGreaterThan(2);
    expect(events.indexOf("IceGatheringDone")).toBe(events.length - 1);
  });

  it("ice_state_changes: GATHERING, CONNECTING, CONNECTED, READY, with the pair before CONNECTED", async () => {
    const [offerer, answerer] = [await endpointOf(), await endpointOf()];
    const events: string[] = [];
    offerer.on("IceComponentStateChanged", ({ state }) => events.push(state));
    offerer.on("NewCandidatePairSelected", () => events.push("pair"));
    const ready = [offerer, answerer].map((each) =>
      nextEvent(each, "IceComponentStateChanged", isState("READY")),
    );
    trickle(offerer, answerer);
    await negotiate(offerer, answerer);
    await Promise.all([offerer.gatherCandidates(), answerer.gatherCandidates()]);
    await Promise.all(ready);
    const states = events.filter((event) => event !== "pair");
    expect(states).toEqual(["GATHERING", "CONNECTING", "CONNECTED", "READY"]);
    expect(events.indexOf("pair")).toBe(events.indexOf("CONNECTED") - 1);
    const [pair] = await offerer.getICECandidatePairs();
    expect(pair?.localCandidate).toMatch(/^candidate:/);
    expect(pair?.remoteCandidate).toMatch(/^candidate:/);
    expect(await offerer.getIceConnectionState()).toMatchObject([{ state: "READY" }]);
  });

  it("connection_state_changes: DISCONNECTED before, CONNECTED after", async () => {
    const [offerer, answerer] = [await endpointOf(), await endpointOf()];
    expect(await offerer.getConnectionState()).toBe("DISCONNECTED");
    const connected = [offerer, answerer].map((each) =>
      nextEvent(each, "ConnectionStateChanged", ({ newState }) => newState === "CONNECTED"),
    );
    trickle(offerer, answerer);
    await negotiate(offerer, answerer);
    await Promise.all([offerer.gatherCandidates(), answerer.gatherCandidates()]);
    await Promise.all(connected);
    expect(await answerer.getConnectionState()).toBe("CONNECTED");
  });

  it("check_exchange_candidates_on_sdp: candidates that are in the SDP only connect", async () => {
    const [offerer, answerer] = [await endpointOf(), await endpointOf()];
    const gather = async (each: KurentoElement): Promise<string> => {
      const done = nextEvent(each, "IceGatheringDone");
      await each.gatherCandidates();
      await done;
      return each.getLocalSessionDescriptor();
    };
    const ready = nextEvent(offerer, "IceComponentStateChanged", isState("READY"));
    await offerer.generateOffer();
    await answerer.processOffer(await gather(offerer));
    const answer = await gather(answerer);
    expect(answer).toContain("a=candidate:");
    await offerer.processAnswer(answer);
    await ready;
  });
});

describe("ICE properties", () => {
  it("stun_turn_properties: what is set is what is got", async () => {
    const endpoint = await endpointOf();
    expect(await endpoint.getStunServerPort()).toBe(3478);
    await endpoint.setStunServerAddress("192.0.2.1");
    await endpoint.setStunServerPort(19_302);
    await endpoint.setTurnUrl("user:password@192.0.2.2:3478");
    expect(await endpoint.getStunServerAddress()).toBe("192.0.2.1");
    expect(await endpoint.getStunServerPort()).toBe(19_302);
    expect(await endpoint.getTurnUrl()).toBe("user:password@192.0.2.2:3478");
  });

  it("set_network_interfaces_test: lo alone gives loopback addresses alone", async () => {
    const endpoint = await endpointOf();
    await endpoint.setNetworkInterfaces("lo");
    const candidates = await gathered(endpoint);
    expect(candidates.length).toBeGreaterThan(0);
    for (const fields of candidates) expect(["127.0.0.1", "::1"]).toContain(fields[IP_FIELD]);
  });

  it("set_external_ipv4_test, set_external_ipv6_test: all candidates show the address that is set", async () => {
    const endpoint = await endpointOf();
    await endpoint.setExternalIPv4("198.51.100.1");
    await endpoint.setExternalIPv6("2001:db8::1");
    const candidates = await gathered(endpoint);
    expect(candidates.length).toBeGreaterThan(0);
    for (const fields of candidates)
      expect(["198.51.100.1", "2001:db8::1"]).toContain(fields[IP_FIELD]);
  });

  it("test_port_range: UDP and TCP candidates have ports of the range, but for the active port 9", async () => {
    const candidates = await gathered(await endpointOf());
    const ports = candidates.map((fields) => Number(fields[PORT_FIELD]));
    expect(ports).toContain(ACTIVE_PORT);
    for (const port of ports.filter((one) => one !== ACTIVE_PORT)) {
      expect(port).toBeGreaterThanOrEqual(MIN_PORT);
      expect(port).toBeLessThanOrEqual(MAX_PORT);
    }
  });

  it("iceTcp false leaves out TCP candidates", async () => {
    const endpoint = await endpointOf();
    await endpoint.setIceTcp(false);
    const candidates = await gathered(endpoint);
    expect(candidates.length).toBeGreaterThan(0);
    expect(candidates.every((fields) => fields[2] === "UDP")).toBe(true);
  });
});
