import type { KurentoConnection, KurentoElement } from "kurento-client";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { decodeVideo, makeNoise, makeWebm } from "./support/media.js";
import { probe } from "./support/recordings.js";
import { Server } from "./support/server.js";
import { PutServer, S3Server } from "./support/upload-servers.js";

const SECONDS = 2;
const PART_BYTES = 5 * 1024 * 1024;
const CLIP = { seconds: 20, frequency: 1000, size: { width: 320, height: 240, frameRate: 30 } };

describe("a recording that is sent while it is made", () => {
  const web = new PutServer();
  const store = new S3Server("key");
  let spool: string;
  let server: Server;
  let client: KurentoConnection & AsyncDisposable;
  let red: string;
  let noise: string;
  beforeAll(async () => {
    await Promise.all([web.start(), store.start()]);
    spool = await mkdtemp(join(tmpdir(), "kms-spool-"));
    const s3 = { s3AccessKeyId: "key", s3SecretAccessKey: "secret", s3Endpoint: store.url };
    server = await Server.start({ modules: { kurento: { RecorderEndpoint: { spool, ...s3 } } } });
    client = await connectClient(server.url);
    red = join(server.folder, "red.webm");
    noise = join(server.folder, "noise.webm");
    await makeWebm({ ...CLIP, path: red, colour: 0xffff0000 });
    await makeNoise(noise, 6);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await Promise.all([web.stop(), store.stop()]);
    expect(await server.stop()).toBe(0);
    await rm(spool, { recursive: true });
  });

  /** Records a clip to an address while `during` goes on; gives the seconds that were recorded. */
  async function record(
    clip: string,
    uri: string,
    during: (player: KurentoElement) => Promise<void>,
  ): Promise<number> {
    const pipeline = await client.create("MediaPipeline");
    const player = await pipeline.create("PlayerEndpoint", { uri: `file://${clip}` });
    const recorder = await pipeline.create("RecorderEndpoint", { uri });
    const problems: unknown[] = [];
    recorder.on("Error", (event) => problems.push(event));
    await player.connect(recorder);
    const recording = nextEvent(recorder, "Recording");
    await subscribed(recorder);
    await player.play();
    await recorder.record();
    await recording;
    const since = performance.now();
    await during(player);
    const seconds = (performance.now() - since) / 1000;
    await recorder.stopAndWait();
    await pipeline.release();
    expect(problems).toEqual([]);
    return seconds;
  }

  async function played(player: KurentoElement, seconds: number): Promise<void> {
    const until = (await player.getPosition()) + seconds * 1000;
    await expect.poll(() => player.getPosition(), { timeout: 20_000 }).toBeGreaterThan(until);
  }

  /** Seconds of a red clip, whose frames are counted and looked at. */
  async function expectRed(content: Buffer | undefined, seconds: number): Promise<void> {
    const path = join(server.folder, "arrived");
    await writeFile(path, content ?? "");
    const { video, audio } = await probe(path);
    for (const track of [video, audio])
      expect(Math.abs((track?.lastSeconds ?? 0) - seconds)).toBeLessThan(1);
    for (const [r = 0, g = 0] of await decodeVideo(path)) expect(r - g).toBeGreaterThan(120);
  }

  it("arrives by PUT, in one request", async () => {
    const seconds = await record(red, `${web.url}/plain.webm`, (player) => played(player, SECONDS));
    await expectRed(web.files.get("/plain.webm"), seconds);
    expect(web.uploads.map(({ method, isWhole }) => [method, isWhole])).toEqual([["PUT", true]]);
    expect(await readdir(spool)).toEqual([]);
  });

  it("arrives whole after its connection was lost in the middle", async () => {
    web.cutNext(20_000);
    const seconds = await record(red, `${web.url}/cut.webm`, async (player) => {
      expect((await web.nextUpload()).isWhole).toBe(false);
      await played(player, SECONDS);
    });
    expect(web.files.get("/cut.webm")?.length).toBeGreaterThan(20_000);
    await expectRed(web.files.get("/cut.webm"), seconds);
    expect(await readdir(spool)).toEqual([]);
  });

  it("arrives whole after its server died and came back", async () => {
    const seconds = await record(red, `${web.url}/dead.webm`, async (player) => {
      await web.received(5_000);
      await web.stop();
      await played(player, SECONDS);
      await web.start();
      await web.received(1);
    });
    await expectRed(web.files.get("/dead.webm"), seconds);
    expect(await readdir(spool)).toEqual([]);
  });

  it("is stored as an object in parts, one of which was lost on the way", async () => {
    store.cutNext(PART_BYTES / 2);
    await record(noise, "s3://bucket/folder/noise.webm", (player) => played(player, 3));
    const object = store.objects.get("/bucket/folder/noise.webm");
    expect(object?.length).toBeGreaterThan(PART_BYTES);
    await writeFile(join(server.folder, "noise"), object ?? "");
    expect((await probe(join(server.folder, "noise"))).video?.lastSeconds).toBeGreaterThan(2.5);
    const lost = store.uploads.filter(({ isWhole }) => !isWhole);
    expect(lost).toHaveLength(1);
    expect(store.unfinished).toBe(0);
    expect(await readdir(spool)).toEqual([]);
  });
});
