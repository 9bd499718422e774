import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nextEvent, subscribed } from "./support/kurento.js";
import { decodeVideo, makeMp4, makeWebm } from "./support/media.js";
import { probe } from "./support/recordings.js";
import { TestPipeline } from "./support/test-pipeline.js";

const CLIP_SECONDS = 20;
const SECONDS = 2;
const PATIENT = { timeout: 20_000 };

interface Codecs {
  readonly video?: string;
  readonly audio?: string;
}

/** Codecs as ffprobe calls them. */
const PROFILES: readonly (readonly [string, Codecs])[] = [
  ["WEBM", { video: "vp8", audio: "opus" }],
  ["WEBM_VIDEO_ONLY", { video: "vp8" }],
  ["WEBM_AUDIO_ONLY", { audio: "opus" }],
  ["MKV", { video: "h264", audio: "aac" }],
  ["MKV_VIDEO_ONLY", { video: "h264" }],
  ["MKV_AUDIO_ONLY", { audio: "aac" }],
  ["MP4", { video: "h264", audio: "aac" }],
  ["MP4_VIDEO_ONLY", { video: "h264" }],
  ["MP4_AUDIO_ONLY", { audio: "aac" }],
  ["FLV", { video: "h264", audio: "aac" }],
  ["JPEG_VIDEO_ONLY", { video: "mjpeg" }],
];
const SPLIT = "KURENTO_SPLIT_RECORDER";

describe("a player to a recorder of each profile", () => {
  const test = new TestPipeline();
  const clip = {
    seconds: CLIP_SECONDS,
    colour: 0xffff0000,
    frequency: 1000,
    size: { width: 320, height: 240, frameRate: 30 },
  };

  function recorded(container: string, profile: string): string {
    return join(test.server.folder, container, profile);
  }

  /** Records two seconds of a clip with all profiles at once. */
  async function record(container: string, path: string): Promise<void> {
    const player = await test.pipeline.create("PlayerEndpoint", { uri: `file://${path}` });
    const begun = [SPLIT, ...PROFILES.map(([profile]) => profile)].map(async (mediaProfile) => {
      const uri = `file://${recorded(container, mediaProfile)}`;
      const recorder = await test.pipeline.create("RecorderEndpoint", { uri, mediaProfile });
      await player.connect(recorder);
      const recording = nextEvent(recorder, "Recording");
      await subscribed(recorder);
      await recorder.record();
      return { recorder, recording };
    });
    const recorders = await Promise.all(begun);
    await player.play();
    await Promise.all(recorders.map(({ recording }) => recording));
    const until = (await player.getPosition()) + SECONDS * 1000;
    await expect.poll(() => player.getPosition(), PATIENT).toBeGreaterThan(until);
    await Promise.all(recorders.map(({ recorder }) => recorder.stopAndWait()));
  }

  async function expectTracks(path: string, codecs: Codecs): Promise<void> {
    const tracks = await probe(path);
    expect(tracks.video?.codec).toBe(codecs.video);
    expect(tracks.audio?.codec).toBe(codecs.audio);
    for (const track of Object.values(tracks)) expect(track.packets).toBeGreaterThan(20);
    if (codecs.video === undefined) return;
    for (const [red = 0, green = 0] of await decodeVideo(path))
      expect(red - green).toBeGreaterThan(120);
  }

  it.each([
    { container: "webm", make: makeWebm, own: { video: "vp8", audio: "opus" } },
    { container: "mp4", make: makeMp4, own: { video: "h264", audio: "aac" } },
  ])("writes each container and codec, from a clip in $container", async (source) => {
    const { container, make, own } = source;
    const path = join(test.server.folder, `clip.${container}`);
    await make({ ...clip, path });
    await record(container, path);
    for (const [profile, codecs] of PROFILES)
      await expectTracks(recorded(container, profile), codecs);
    // As they come, each in a file of its own.
    await expectTracks(`${recorded(container, SPLIT)}-video.mkv`, { video: own.video });
    await expectTracks(`${recorded(container, SPLIT)}-audio.mka`, { audio: own.audio });
  });
});
