import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { decodeVideo, inspect, makeMp4, makeWebm } from "./support/media.js";
import { Server, freePort } from "./support/server.js";

const SECONDS = 3;

describe("an upload to a recorder", () => {
  let server: Server;
  let port: number;
  let webm: string;
  beforeAll(async () => {
    port = await freePort();
    const HttpEndpoint = { serverAddress: "127.0.0.1", serverPort: port };
    server = await Server.start({ modules: { kurento: { HttpEndpoint } } });
    webm = join(server.folder, "clip.webm");
    const clip = { seconds: SECONDS, colour: 0xffff0000, frequency: 1000 };
    await makeWebm({ ...clip, path: webm });
    await makeMp4({ ...clip, path: join(server.folder, "clip.mp4") });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  /** Uploads a body through an endpoint of its own; gives the file that is recorded of it. */
  async function recorded(name: string, body: BodyInit): Promise<string> {
    await using client = await connectClient(server.url);
    const path = join(server.folder, name);
    const pipeline = await client.create("MediaPipeline");
    const post = await pipeline.create("HttpPostEndpoint");
    const recorder = await pipeline.create("RecorderEndpoint", { uri: `file://${path}` });
    await post.connect(recorder);
    await recorder.record();
    const url = await post.getUrl();
    expect(new URL(url).host).toBe(`127.0.0.1:${port}`);
    const events = ["MediaSessionStarted", "EndOfStream", "MediaSessionTerminated"];
    const told = events.map((event) => nextEvent(post, event));
    await subscribed(post);
    const answer = await fetch(url, { method: "POST", body });
    expect(answer.status).toBe(200);
    await told[0];
    await told[1];
    await recorder.stopAndWait();
    await told[2];
    expect((await fetch(url, { method: "POST", body: "more" })).status).toBe(404);
    await pipeline.release();
    return path;
  }

  /** A file as the web's functions take it. */
  async function content(path: string): Promise<Uint8Array<ArrayBuffer>> {
    return Uint8Array.from(await readFile(path));
  }

  async function expectClip(path: string): Promise<void> {
    const { codecs, durationSeconds } = await inspect(path);
    expect([...codecs].sort()).toEqual(["audio/x-opus", "video/x-vp8"]);
    expect(Math.abs(durationSeconds - SECONDS)).toBeLessThan(0.5);
    const frames = await decodeVideo(path);
    expect(frames.length).toBeGreaterThan(SECONDS * 25);
    for (const [red = 0, green = 0] of frames) expect(red - green).toBeGreaterThan(150);
  }

  it("check_push_buffer, check_emit_encoded_media: plays a raw body", async () => {
    await expectClip(await recorded("raw.webm", new Blob([await content(webm)])));
  });

  it("plays the file of a form", async () => {
    const form = new FormData();
    form.set("title", "a clip");
    form.set("file", new Blob([await content(webm)], { type: "video/webm" }), "clip.webm");
    await expectClip(await recorded("form.webm", form));
  });

  it("tells of what is no media", async () => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const post = await pipeline.create("HttpPostEndpoint");
    const error = nextEvent(post, "Error");
    await subscribed(post);
    await fetch(await post.getUrl(), { method: "POST", body: "x".repeat(3_000_000) });
    expect((await error).type).toBe("INVALID_MEDIA");
    await pipeline.release();
  });
});
