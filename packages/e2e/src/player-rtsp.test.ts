import type { KurentoElement } from "kurento-client";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextEvent, subscribed } from "./support/kurento.js";
import { decodeVideo } from "./support/media.js";
import { probe } from "./support/recordings.js";
import { RtspServer } from "./support/rtsp-server.js";
import { TestPipeline } from "./support/test-pipeline.js";

const RED = 0xffff0000;

describe("a player of an RTSP camera", () => {
  const test = new TestPipeline();
  const camera = new RtspServer();
  beforeAll(() => camera.start(RED));
  afterAll(() => camera.stop());

  /** A player with all states that it tells. */
  async function player(): Promise<{ player: KurentoElement; states: string[] }> {
    const uri = camera.uri;
    const made = await test.pipeline.create("PlayerEndpoint", { uri, networkCache: 100 });
    const states: string[] = [];
    made.on("UriEndpointStateChanged", (event) => states.push(event.state));
    await subscribed(made);
    return { player: made, states };
  }

  function state(of: KurentoElement, wanted: string): Promise<unknown> {
    return nextEvent(of, "UriEndpointStateChanged", (event) => event.state === wanted);
  }

  async function flows(of: KurentoElement): Promise<void> {
    await expect.poll(() => of.isMediaFlowingOut("VIDEO"), { timeout: 15_000 }).toBe(true);
  }

  it("check_live_stream: gives its pictures and sound, whose end is not known", async () => {
    const { player: source } = await player();
    const path = join(test.server.folder, "camera.webm");
    const recorder = await test.pipeline.create("RecorderEndpoint", { uri: `file://${path}` });
    await source.connect(recorder);
    const recording = nextEvent(recorder, "Recording");
    await subscribed(recorder);
    await recorder.record();
    await source.play();
    await recording;
    const from = await source.getPosition();
    await expect.poll(() => source.getPosition(), { timeout: 15_000 }).toBeGreaterThan(from + 2000);
    expect(await source.getVideoInfo()).toMatchObject({ duration: 0, isSeekable: false });
    await recorder.stopAndWait();
    const { video, audio } = await probe(path);
    expect([video?.codec, audio?.codec]).toEqual(["vp8", "opus"]);
    for (const track of [video, audio]) expect(track?.lastSeconds).toBeGreaterThan(1.5);
    for (const [red = 0, green = 0] of await decodeVideo(path))
      expect(red - green).toBeGreaterThan(120);
  });

  it("opens it again when it is lost, later each time, and tells each state", async () => {
    const { player: source, states } = await player();
    const begun = state(source, "START");
    await source.play();
    await begun;
    const lost = state(source, "PAUSE");
    camera.die(false);
    await lost;
    // A try may connect more than once.
    const first = await camera.nextConnection();
    let next = first;
    while (next - first < 500) next = await camera.nextConnection();
    expect(next - first).toBeGreaterThan(1800);
    const again = state(source, "START");
    await camera.listen();
    await again;
    await flows(source);
    expect(states).toEqual(["START", "PAUSE", "START"]);
    expect(await source.getState()).toBe("START");
  });

  it("gives it up when it is stopped meanwhile, and plays it afterwards", async () => {
    const { player: source, states } = await player();
    const begun = state(source, "START");
    await source.play();
    await begun;
    const lost = state(source, "PAUSE");
    camera.die(true);
    await lost;
    await source.stop();
    await camera.listen();
    await source.play();
    await flows(source);
    expect(states).toEqual(["START", "PAUSE", "STOP", "START"]);
  });

  it("tells of a camera that was never there", async () => {
    camera.die(true);
    const { player: source, states } = await player();
    const error = nextEvent(source, "Error");
    await subscribed(source);
    await source.play();
    expect((await error).type).toBe("INVALID_URI");
    expect(states).toEqual([]);
    await camera.listen();
    await source.play();
    await flows(source);
  });
});
