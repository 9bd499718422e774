import { KurentoError, MediaPipeline, PassThrough, coreModule } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { PlayerEndpointParams } from "../generated/player-endpoint.js";
import type { RecorderEndpointParams } from "../generated/recorder-endpoint.js";
import { PlayerEndpoint } from "./player-endpoint.js";
import { RecorderEndpoint } from "./recorder-endpoint.js";

let services: TestServices;
let pipeline: MediaPipeline;

beforeEach(() => {
  services = testServices([coreModule, elementsModule]);
  pipeline = new MediaPipeline(services.context("pipeline"));
});

function types(): string[] {
  return services.events.map(({ type }) => type);
}

describe("PlayerEndpoint", () => {
  let player: PlayerEndpoint;
  beforeEach(async () => {
    const params = { uri: "clip.webm", useEncodedMedia: false, networkCache: 2000 };
    player = new PlayerEndpoint(
      services.context("player", pipeline),
      params as PlayerEndpointParams,
    );
    await player.initialize();
  });

  it("opens a name without scheme below the default path, and tells the name as given", () => {
    expect(services.host.objects.get("player")?.params).toMatchObject({
      uri: "file:///var/lib/kurento/clip.webm",
    });
    expect(player.getUri()).toBe("clip.webm");
  });

  it("turns a failed seek into 40700", async () => {
    const failure = new KurentoError("PLAYER_SEEK_FAIL", "not seekable");
    services.host.failNext("invoke player setPosition", failure);
    await expect(player.setPosition(1000)).rejects.toMatchObject({
      code: 40700,
      message: "Seek fails",
    });
  });

  it("tells its state before the end of the stream", () => {
    services.host.emit("player", "state", { state: "START" });
    services.host.emit("player", "state", { state: "STOP" });
    services.host.emit("player", "endOfStream", {});
    expect(types()).toEqual(["UriEndpointStateChanged", "UriEndpointStateChanged", "EndOfStream"]);
  });

  it("gives position and video information in milliseconds", async () => {
    services.host.answer("position", () => 1500);
    services.host.answer("videoInfo", () => ({
      isSeekable: true,
      seekableInit: 0,
      seekableEnd: 9000n,
      duration: 9000,
    }));
    expect(await player.getPosition()).toBe(1500);
    const info = { isSeekable: true, seekableInit: 0, seekableEnd: 9000, duration: 9000 };
    expect(await player.getVideoInfo()).toEqual(info);
  });

  it("shows its GStreamer pipeline, or itself while it has none", async () => {
    services.host.answer("dot", () => "");
    expect(await player.getElementGstreamerDot()).toContain('"player" [label="PlayerEndpoint');
    services.host.answer("dot", () => "digraph pipeline {\n}\n");
    expect(await player.getElementGstreamerDot()).toBe("digraph pipeline {\n}\n");
  });
});

describe("RecorderEndpoint", () => {
  function create(mediaProfile: string): RecorderEndpoint {
    const params = { uri: "file:///tmp/a.webm", mediaProfile, stopOnEndOfStream: false };
    const context = services.context("recorder", pipeline);
    return new RecorderEndpoint(context, params as RecorderEndpointParams);
  }

  it.each([
    ["WEBM", ["OPUS"], ["VP8"]],
    ["WEBM_AUDIO_ONLY", ["OPUS"], []],
    ["WEBM_VIDEO_ONLY", [], ["VP8"]],
    ["MKV", ["AAC"], ["H264"]],
    ["MP4", ["AAC"], ["H264"]],
    ["MP4_VIDEO_ONLY", [], ["H264"]],
    ["FLV", ["AAC"], ["H264"]],
    ["JPEG_VIDEO_ONLY", [], ["JPEG"]],
    [
      "KURENTO_SPLIT_RECORDER",
      ["OPUS", "AAC", "PCMU", "PCMA"],
      ["VP8", "VP9", "H264", "H265", "AV1"],
    ],
  ])("takes for %s the codecs of its container", async (profile, audio, video) => {
    const recorder = create(profile);
    await recorder.initialize();
    const codecs = (medium: "audio" | "video"): string[] => [
      ...new Set(recorder.accepts(medium)?.formats.map(({ codec }) => codec)),
    ];
    expect(codecs("audio")).toEqual(audio);
    expect(codecs("video")).toEqual(video);
  });

  it("tells native code what is configured", async () => {
    const settings = { silenceWait: 500, roots: "/a:/b", gapsFix: "GENPTS" };
    const config = { kurento: { RecorderEndpoint: settings } };
    services = testServices([coreModule, elementsModule], config);
    pipeline = new MediaPipeline(services.context("pipeline"));
    await create("MP4").initialize();
    const params = { profile: "MP4", silenceWait: 500, roots: ["/a", "/b"], closesGaps: true };
    expect(services.host.objects.get("recorder")?.params).toMatchObject(params);
  });

  it("has no source side", async () => {
    const recorder = create("WEBM");
    const other = new PassThrough(services.context("other", pipeline));
    await expect(recorder.connect(other)).rejects.toMatchObject({ code: 40004 });
  });

  it("tells what it does", async () => {
    await create("WEBM").initialize();
    for (const state of ["START", "PAUSE", "START", "STOP"]) {
      services.host.emit("recorder", "state", { state });
    }
    const own = types().filter((type) => type !== "UriEndpointStateChanged");
    expect(own).toEqual(["Recording", "Paused", "Recording", "Stopped"]);
  });
});
