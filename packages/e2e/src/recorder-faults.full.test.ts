// What is left of a recording after a fault: seconds lost, plays or not; printed as a table.
import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { makeMp4, makeWebm } from "./support/media.js";
import { probe } from "./support/recordings.js";
import { Server } from "./support/server.js";
import { PutServer } from "./support/upload-servers.js";

const run = promisify(execFile);
const CLIP_SECONDS = 120;
const MOMENTS = 50;
/** For all those deaths: a server has to start for each. */
const KILLS_MS = 15 * 60_000;
const PATIENT = { timeout: 20_000, interval: 10 };
const SEED = 20_261_126;
/** Profiles with a clip that they take as it is. */
const PROFILES = [
  { profile: "WEBM", clip: "webm" },
  { profile: "MKV", clip: "mp4" },
  { profile: "MP4", clip: "mp4" },
  { profile: "FLV", clip: "mp4" },
] as const;

interface Row {
  readonly fault: string;
  readonly profile: string;
  readonly recorded: number;
  readonly lost: number;
  readonly plays: boolean;
}

const table: Row[] = [];

/** Fractions of one that only look random (mulberry32), so that a failure can be had again. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function judge(fault: string, profile: string, path: string, recorded: number): Promise<Row> {
  const { video, audio } = await probe(path);
  const kept = Math.min(video?.lastSeconds ?? 0, audio?.lastSeconds ?? 0);
  const decoded = await run("ffmpeg", ["-v", "error", "-i", path, "-f", "null", "-"]).then(
    () => true,
    () => false,
  );
  const plays = decoded && video !== undefined && audio !== undefined;
  const row = { fault, profile, recorded, lost: Math.max(0, recorded - kept), plays };
  table.push(row);
  return row;
}

/** What happened to the recordings of each fault and profile. */
function summary(): unknown[] {
  const whats = new Set(table.map(({ fault, profile }) => `${fault}, ${profile}`));
  return [...whats].map((what) => {
    const rows = table.filter(({ fault, profile }) => `${fault}, ${profile}` === what);
    const lost = rows.map((row) => row.lost).sort((left, right) => left - right);
    return {
      what,
      recordings: rows.length,
      play: rows.filter(({ plays }) => plays).length,
      "median lost (s)": (lost[Math.floor(lost.length / 2)] ?? 0).toFixed(2),
      "most lost (s)": (lost.at(-1) ?? 0).toFixed(2),
    };
  });
}

function start(): Promise<Server> {
  return Server.start({
    mediaServer: { workers: { count: 1 } },
    modules: { kurento: { RecorderEndpoint: { spool: join(tmpdir(), "kms-fault-spool") } } },
  });
}

describe("a recording survives", () => {
  let server: Server;
  const clips: Record<string, string> = {};
  beforeAll(async () => {
    server = await start();
    const clip = {
      seconds: CLIP_SECONDS,
      colour: 0xffff0000,
      frequency: 1000,
      size: { width: 320, height: 240, frameRate: 30 },
    };
    clips["webm"] = join(server.folder, "clip.webm");
    clips["mp4"] = join(server.folder, "clip.mp4");
    await makeWebm({ ...clip, path: clips["webm"] });
    await makeMp4({ ...clip, path: clips["mp4"] });
  });
  afterAll(async () => {
    console.table(summary());
    expect(await server.stop()).toBe(0);
  });

  /** Records with every profile at once; calls back while that goes on. */
  async function whileRecording(
    { url }: Server,
    folder: string,
    use: (since: ReadonlyMap<string, number>, recorders: readonly unknown[]) => Promise<void>,
  ): Promise<void> {
    await using client = await connectClient(url);
    const pipeline = await client.create("MediaPipeline");
    const since = new Map<string, number>();
    const started = PROFILES.map(async ({ profile, clip }) => {
      const uri = `file://${clips[clip] ?? ""}`;
      const player = await pipeline.create("PlayerEndpoint", { uri });
      const to = { uri: `file://${join(folder, profile)}`, mediaProfile: profile };
      const recorder = await pipeline.create("RecorderEndpoint", to);
      await player.connect(recorder);
      const recording = nextEvent(recorder, "Recording");
      await subscribed(recorder);
      await player.play();
      await recorder.record();
      await recording;
      since.set(profile, performance.now());
      return recorder;
    });
    await use(since, await Promise.all(started));
  }

  it(
    `the death of its worker at ${MOMENTS} moments`,
    async () => {
      const random = seeded(SEED);
      for (let moment = 0; moment < MOMENTS; moment += 1) {
        const folder = join(server.folder, `kill-${moment}`);
        const at = new Map<string, number>();
        // A server of its own: one whose workers die all the time takes longer and longer to start another.
        const own = await start();
        await whileRecording(own, folder, async (since) => {
          const until = performance.now() + 1000 + random() * 4000;
          await expect.poll(() => performance.now(), PATIENT).toBeGreaterThan(until);
          const [worker = 0] = await own.workers();
          const now = performance.now();
          process.kill(worker, "SIGKILL");
          for (const [profile, from] of since) at.set(profile, (now - from) / 1000);
        });
        expect(await own.stop()).toBe(0);
        for (const { profile } of PROFILES) {
          const row = await judge("kill -9", profile, join(folder, profile), at.get(profile) ?? 0);
          expect(row).toMatchObject({ plays: true });
          expect(row.lost).toBeLessThanOrEqual(1);
        }
      }
    },
    KILLS_MS,
  );

  it("the death of the server that it is sent to, and says where it is kept", async () => {
    await using web = await new PutServer().start();
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const kept = PROFILES.map(async ({ profile, clip }) => {
      const uri = `file://${clips[clip] ?? ""}`;
      const player = await pipeline.create("PlayerEndpoint", { uri });
      const to = { uri: `${web.url}/${profile}`, mediaProfile: profile };
      const recorder = await pipeline.create("RecorderEndpoint", to);
      await player.connect(recorder);
      const recording = nextEvent(recorder, "Recording");
      const failed = nextEvent(recorder, "Error");
      await subscribed(recorder);
      await player.play();
      await recorder.record();
      await recording;
      const since = performance.now();
      await web.received(20_000);
      const { type, description } = await failed;
      expect(type).toBe("RESOURCE_ERROR_WRITE");
      const recorded = (performance.now() - since) / 1000;
      await recorder.stopAndWait();
      const [, path = ""] = /kept in ([^,]+)/.exec(String(description)) ?? [];
      return { profile, path, recorded };
    });
    await web.received(100_000);
    await web.stop();
    for (const { profile, path, recorded } of await Promise.all(kept)) {
      const row = await judge("upload server dies", profile, path, recorded);
      expect(row).toMatchObject({ plays: true });
      expect(row.lost).toBeLessThanOrEqual(1);
      await rm(path);
    }
    await pipeline.release();
  });

  it("a full disk, and says so", async () => {
    const folder = join(server.folder, "full");
    await mkdir(folder);
    await run("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", folder]);
    try {
      await whileRecording(server, folder, async (since, recorders) => {
        const at = new Map<string, number>();
        const failed = recorders.map(async (recorder, index) => {
          const { type } = await nextEvent(recorder as never, "Error");
          const profile = PROFILES[index]?.profile ?? "";
          at.set(profile, (performance.now() - (since.get(profile) ?? 0)) / 1000);
          expect(type).toBe("RESOURCE_ERROR_NO_SPACE_LEFT");
        });
        await Promise.all(failed);
        for (const { profile } of PROFILES) {
          const row = await judge("ENOSPC", profile, join(folder, profile), at.get(profile) ?? 0);
          expect(row).toMatchObject({ plays: true });
          expect(row.lost).toBeLessThanOrEqual(1);
        }
      });
    } finally {
      await run("umount", ["-l", folder]);
    }
  });
});
