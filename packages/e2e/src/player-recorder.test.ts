// Cases of Kurento's own tests of players and recorders, by their names (behaviours.ts).
import type { KurentoElement } from "kurento-client";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { nextEvent, subscribed } from "./support/kurento.js";
import { makeWebm } from "./support/media.js";
import { probe } from "./support/recordings.js";
import { TestPipeline } from "./support/test-pipeline.js";

const CLIP = { colour: 0xffff0000, frequency: 1000 };
const SIZE = { width: 160, height: 120, frameRate: 30 };
const CHANGES = 7;

describe("as in Kurento's tests", () => {
  const test = new TestPipeline();
  let short: string;
  let long: string;
  beforeAll(async () => {
    short = join(test.server.folder, "short.webm");
    long = join(test.server.folder, "long.webm");
    await makeWebm({ ...CLIP, size: SIZE, path: short, seconds: 0.3 });
    await makeWebm({ ...CLIP, size: SIZE, path: long, seconds: 60 });
  });

  function player(path: string, params: object = {}): PromiseLike<KurentoElement> {
    return test.pipeline.create("PlayerEndpoint", { uri: `file://${path}`, ...params });
  }

  function recorder(name: string, mediaProfile = "WEBM"): PromiseLike<KurentoElement> {
    const uri = `file://${join(test.server.folder, name)}`;
    return test.pipeline.create("RecorderEndpoint", { uri, mediaProfile });
  }

  /** All states and events of these types that an element tells from now on. */
  async function heard(element: KurentoElement, ...types: string[]): Promise<string[]> {
    const all: string[] = [];
    element.on("UriEndpointStateChanged", (event) => all.push(event.state));
    for (const type of types) element.on(type, () => all.push(type));
    await subscribed(element);
    return all;
  }

  /** Gives an order, twice, and waits for its state. */
  async function into(
    element: KurentoElement,
    order: "pause" | "play" | "record" | "stop",
    state: string,
  ): Promise<void> {
    const reached = nextEvent(element, "UriEndpointStateChanged", (event) => event.state === state);
    await subscribed(element);
    await element[order]();
    await element[order]();
    await reached;
  }

  /** Records a player's media until its position has moved on by that many ms. */
  async function recordSome(from: KurentoElement, to: KurentoElement): Promise<void> {
    await from.play();
    await into(to, "record", "START");
    const until = (await from.getPosition()) + 500;
    await expect.poll(() => from.getPosition(), { timeout: 15_000 }).toBeGreaterThan(until);
    await to.stopAndWait();
  }

  describe("a player", () => {
    it("eos_received, check_eos: tells its end, and plays again", async () => {
      const source = await player(short);
      const all = await heard(source, "EndOfStream");
      for (const count of [1, 2]) {
        const end = nextEvent(source, "EndOfStream");
        await source.play();
        await end;
        expect(all).toHaveLength(3 * count);
      }
      expect(all.slice(3)).toEqual(["START", "STOP", "EndOfStream"]);
    });

    it("eos_received_with_no_accept_eos_sink: tells it whoever listens", async () => {
      const source = await player(short);
      const sink = await test.pipeline.create("PassThrough");
      await source.connect(sink);
      const end = nextEvent(source, "EndOfStream");
      await subscribed(source);
      await source.play();
      await end;
    });

    it("check_states: goes where it is told to", async () => {
      const source = await player(long);
      const all = await heard(source);
      await into(source, "play", "START");
      await expect.poll(() => source.isMediaFlowingOut("VIDEO")).toBe(true);
      await into(source, "pause", "PAUSE");
      await source.setPosition(30_000);
      expect(Math.abs((await source.getPosition()) - 30_000)).toBeLessThan(500);
      await into(source, "play", "START");
      await expect.poll(() => source.getPosition()).toBeGreaterThan(30_100);
      expect(await source.getVideoInfo()).toMatchObject({ isSeekable: true, seekableInit: 0 });
      await into(source, "stop", "STOP");
      expect(await source.getPosition()).toBe(0);
      expect(all).toEqual(["START", "PAUSE", "START", "STOP"]);
    });

    it("check_set_encoded_media, check_agnostic_signal: passes frames on as they are", async () => {
      const source = await player(long, { useEncodedMedia: true });
      const sink = await recorder("encoded.webm");
      await source.connect(sink);
      await recordSome(source, sink);
      for (const medium of ["VIDEO", "AUDIO"])
        expect(await source.isMediaTranscoding(medium)).toBe(false);
    });
  });

  describe("a recorder", () => {
    it("recorder_state_changes: records and pauses as often as it is told to", async () => {
      const source = await player(long);
      const sink = await recorder("changes.webm");
      await source.connect(sink);
      const all = await heard(sink, "Recording", "Paused", "Stopped");
      await source.play();
      for (let change = 0; change < CHANGES; change += 1) {
        await into(sink, "record", "START");
        await into(sink, "pause", "PAUSE");
      }
      await sink.stopAndWait();
      const changes = Array.from({ length: CHANGES }, () => "START Recording PAUSE Paused");
      expect(all.join(" ")).toBe(`${changes.join(" ")} STOP Stopped`);
      const { video, audio } = await probe(join(test.server.folder, "changes.webm"));
      expect([video?.codec, audio?.codec]).toEqual(["vp8", "opus"]);
    });

    it("check_states_pipeline, warning_pipeline: orders that make no sense change nothing", async () => {
      const source = await player(long);
      const sink = await recorder("orders.webm");
      await source.connect(sink);
      const all = await heard(sink, "Error");
      await sink.pause();
      await sink.stop();
      await sink.stopAndWait();
      await recordSome(source, sink);
      await sink.pause();
      await sink.stop();
      expect(all).toEqual(["START", "STOP"]);
    });

    it.each([
      ["check_video_only", "VIDEO", "video"],
      ["check_audio_only", "AUDIO", "audio"],
    ] as const)("%s: records what is connected", async (name, mediaType, medium) => {
      const source = await player(long);
      const sink = await recorder(name);
      await source.connect(sink, mediaType);
      await recordSome(source, sink);
      const tracks = await probe(join(test.server.folder, name));
      expect(Object.keys(tracks)).toEqual([medium]);
      expect(tracks[medium]?.packets).toBeGreaterThan(10);
    });

    it("check_ksm_sink_request: a split recording has a file of each track", async () => {
      const source = await player(long);
      const sink = await recorder("tracks", "KURENTO_SPLIT_RECORDER");
      await source.connect(sink);
      await recordSome(source, sink);
      for (const [ending, medium] of [
        ["-video.mkv", "video"],
        ["-audio.mka", "audio"],
      ]) {
        const tracks = await probe(join(test.server.folder, `tracks${ending ?? ""}`));
        expect(Object.keys(tracks)).toEqual([medium]);
      }
    });
  });
});
