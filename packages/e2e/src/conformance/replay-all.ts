import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

import { makeMp4, makeWebm } from "../support/media.js";
import { Server } from "../support/server.js";
import { Replay, type ReplayResult } from "./replay.js";
import type { Transcript } from "./transcript.js";
import { isExceptedEvent } from "./verdict.js";

/** Transcripts that run side by side on one server: mostly they wait. */
const SIDE_BY_SIDE = 4;
const GC_PERIOD_S = 240;
const FIRST_PORT = 50_000;
const PORTS = 20;
const PORT_RANGES = 400;

/** The recording of the garbage collector had a period of 6 s; here everything is six times faster. */
const GC_TRANSCRIPT = "15-session-gc";
const GC_SCALE = 1 / 6;

type OnDone = (result: ReplayResult) => void;

/** Replays transcripts, and tells of each as soon as it is done. */
export async function replayAll(transcripts: readonly Transcript[], onDone: OnDone): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kms-conformance-"));
  try {
    await makeClips(folder);
    const shared = transcripts.filter((transcript) => !needsOwnServer(transcript));
    await Promise.all([
      replayOnOneServer(shared, folder, onDone),
      replayOnOwnServers(transcripts.filter(needsOwnServer), folder, onDone),
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether it asks for sessions or pipelines of the whole server. */
function needsOwnServer({ lines }: Transcript): boolean {
  return /"get(Sessions|Pipelines)"/.test(JSON.stringify(lines));
}

async function replayOnOneServer(
  transcripts: readonly Transcript[],
  folder: string,
  onDone: OnDone,
): Promise<void> {
  const modules = await writeModuleConfig(join(folder, "shared"), 0);
  const server = await startServer(modules, GC_PERIOD_S);
  const waiting = [...transcripts];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      onDone(await replay(next, server, folder));
  };
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
  } finally {
    await server.stop();
  }
}

async function replayOnOwnServers(
  transcripts: readonly Transcript[],
  folder: string,
  onDone: OnDone,
): Promise<void> {
  const modules = await writeModuleConfig(join(folder, "own"), 1);
  for (const transcript of transcripts) {
    const isGc = transcript.name === GC_TRANSCRIPT;
    const server = await startServer(modules, isGc ? 6 * GC_SCALE : GC_PERIOD_S);
    try {
      onDone(await replay(transcript, server, folder));
    } finally {
      await server.stop();
    }
  }
}

function startServer(modules: string, garbageCollectorPeriod: number): Promise<Server> {
  return Server.start({
    args: ["--workers", "1", "-c", modules],
    mediaServer: { resources: { garbageCollectorPeriod } },
  });
}

function replay(transcript: Transcript, server: Server, folder: string): Promise<ReplayResult> {
  const timeScale = transcript.name === GC_TRANSCRIPT ? GC_SCALE : 1;
  const origin = new URL("/", server.url).href.replace(/\/$/, "");
  const folders = { media: folder, recordings: folder };
  return new Replay(transcript, { origin, folders, timeScale, isExceptedEvent }).run();
}

/** The configuration of the recordings, and ports of its own; gives the folder. */
async function writeModuleConfig(folder: string, range: number): Promise<string> {
  const modules = join(folder, "kurento");
  await mkdir(modules, { recursive: true });
  await writeFile(join(modules, "WebRtcEndpoint.conf.ini"), "networkInterfaces=lo\n");
  const minPort = FIRST_PORT + ((process.pid + range) % PORT_RANGES) * PORTS;
  const ports = `minPort=${minPort}\nmaxPort=${minPort + PORTS - 1}\n`;
  await writeFile(join(modules, "BaseRtpEndpoint.conf.ini"), ports);
  return folder;
}

// Clips like those of the recordings; the longest outlasts any replay that seeks in it.
async function makeClips(folder: string): Promise<void> {
  const size = { width: 160, height: 120, frameRate: 10 };
  const clip = { colour: 0xff0000ff, frequency: 440, size };
  await Promise.all([
    makeWebm({ ...clip, path: join(folder, "test_vp8.webm"), seconds: 60 }),
    makeWebm({ ...clip, path: join(folder, "short_vp8.webm"), seconds: 3 }),
    makeMp4({ ...clip, path: join(folder, "test_h264.mp4"), seconds: 20 }),
  ]);
}
