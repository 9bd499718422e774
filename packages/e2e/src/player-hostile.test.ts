import type { KurentoElement } from "kurento-client";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextEvent, subscribed } from "./support/kurento.js";
import { makeMp4, makeWebm } from "./support/media.js";
import { TestPipeline } from "./support/test-pipeline.js";

const CLIP = {
  seconds: 0.2,
  colour: 0xffff0000,
  frequency: 1000,
  size: { width: 160, height: 120, frameRate: 30 },
};

/** Files by what is wrong with them. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  "pictures of 100,000 x 100,000": "YUV4MPEG2 W100000 H100000 F30:1 C420\nFRAME\n",
  "pictures without a size": "YUV4MPEG2 W0 H0 F30:1 C420\nFRAME\n",
  "pictures of a negative size": "YUV4MPEG2 W-1 H-5 F30:1 C420\nFRAME\n",
  "a rate that no clock has": "YUV4MPEG2 W16 H16 F2147483647:0 C420\nFRAME\n",
  "sound of 65535 channels": wave(65535, 48000),
  "sound of no rate": wave(1, 0),
  "sound of 4 GHz": wave(2, 0xffffffff),
};

/** A web server whose answers the tests choose by path; `location` redirects. */
interface Web {
  readonly server: HttpServer;
  readonly asked: string[];
}

async function serve(
  files: ReadonlyMap<string, string>,
  locations: ReadonlyMap<string, string>,
): Promise<Web> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const location = locations.get(path);
    if (location !== undefined) return void response.writeHead(302, { location }).end();
    void readFile(files.get(path) ?? "").then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, asked };
}

function base({ server }: Web): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Plays a URI into a recorder that wants other codecs; gives the first error, or "ended". */
async function outcome(test: TestPipeline, uri: string): Promise<string> {
  const player = await test.pipeline.create("PlayerEndpoint", { uri });
  const to = { uri: `file://${join(test.server.folder, "out.webm")}`, mediaProfile: "WEBM" };
  const recorder = await test.pipeline.create("RecorderEndpoint", to);
  await player.connect(recorder);
  await recorder.record();
  const ended = nextEvent(player, "EndOfStream").then(() => "ended");
  const failed = nextEvent(player, "Error").then(({ type }) => type as string);
  await subscribed(player);
  await player.play();
  const first = await Promise.race([ended, failed]);
  await release(recorder, player);
  return first;
}

async function release(...elements: KurentoElement[]): Promise<void> {
  for (const element of elements) await element.release();
}

describe("a player of bad media", () => {
  const test = new TestPipeline();
  let good: string;
  let workers: readonly number[];
  beforeAll(async () => {
    good = join(test.server.folder, "good.webm");
    await makeWebm({ ...CLIP, path: good });
    workers = await test.server.workers();
  });

  /** The pipeline is alive: it plays what is good. */
  async function expectAlive(): Promise<void> {
    expect(await outcome(test, `file://${good}`)).toBe("ended");
    expect(await test.server.workers()).toEqual(workers);
  }

  function write(name: string, content: string | Buffer): Promise<string> {
    const path = join(test.server.folder, name);
    return writeFile(path, content).then(() => `file://${path}`);
  }

  it("tells of files that are no media", async () => {
    const text = await write("text.webm", "no media at all\n".repeat(1000));
    const noise = await write("noise.mp4", Buffer.alloc(50_000, 0x9b));
    const empty = await write("empty.webm", "");
    for (const uri of [text, noise, empty]) expect(await outcome(test, uri)).toBe("INVALID_MEDIA");
    await expectAlive();
  });

  it("plays truncated files as far as they go, or tells of them", async () => {
    const webm = join(test.server.folder, "cut.webm");
    const mp4 = join(test.server.folder, "cut.mp4");
    await makeWebm({ ...CLIP, path: webm });
    await makeMp4({ ...CLIP, path: mp4 });
    for (const path of [webm, mp4]) await truncate(path, 1500);
    expect(["ended", "STREAM_ERROR_DEMUX"]).toContain(await outcome(test, `file://${webm}`));
    expect(await outcome(test, `file://${mp4}`)).not.toBe("ended");
    await expectAlive();
  });

  it("survives what cannot be", async () => {
    for (const [name, content] of Object.entries(IMPOSSIBLE)) {
      const body = Buffer.concat([Buffer.from(content, "latin1"), Buffer.alloc(9000)]);
      expect([name, await outcome(test, await write("impossible", body))]).toEqual([
        name,
        expect.stringMatching(/ended|INVALID_MEDIA|_ERROR/),
      ]);
    }
    await expectAlive();
  });

  it("tells of URIs that name nothing to play", async () => {
    for (const uri of [
      "nonsense://host/file",
      "v4l2:///dev/video0",
      "fd://0",
      "http://",
      "http://[::1",
      "rtsp://",
      "file://%00",
      "file://elsewhere/a.webm",
      `file://${test.server.folder}`,
      `file://${"a/../".repeat(500)}`,
    ])
      expect([uri, await outcome(test, uri)]).toEqual([uri, "INVALID_URI"]);
    await expectAlive();
  });

  it("follows redirections to other web servers, and not to files", async () => {
    const locations = new Map([["/file", `file://${good}`]]);
    const web = await serve(new Map([["/good", good]]), locations);
    locations.set("/moved", `${base(web)}/good`).set("/round", `${base(web)}/round`);
    expect(await outcome(test, `${base(web)}/moved`)).toBe("ended");
    for (const path of ["/file", "/round", "/missing"])
      expect([path, await outcome(test, base(web) + path)]).toEqual([path, "INVALID_URI"]);
    await expectAlive();
    web.server.close();
  });
});

describe("a player that is confined", () => {
  const root = mkdtempSync(join(tmpdir(), "kms-roots-"));
  const settings = { roots: root, privateHttp: false };
  const test = new TestPipeline({ modules: { kurento: { PlayerEndpoint: settings } } });
  let web: Web;
  let outside: string;
  beforeAll(async () => {
    outside = join(test.server.folder, "outside.webm");
    await makeWebm({ ...CLIP, path: outside });
    await makeWebm({ ...CLIP, path: join(root, "good.webm") });
    web = await serve(new Map([["/good", outside]]), new Map());
  });
  afterAll(async () => {
    web.server.close();
    await rm(root, { recursive: true });
  });

  async function expectRefused(uri: string): Promise<void> {
    expect([uri, await outcome(test, uri)]).toEqual([uri, "INVALID_URI"]);
  }

  it("reads files below its folders alone, wherever links lead", async () => {
    const link = join(root, "link.webm");
    await symlink(outside, link);
    expect(await outcome(test, `file://${root}/good.webm`)).toBe("ended");
    const steps = "../".repeat(root.split("/").length);
    await expectRefused(`file://${outside}`);
    await expectRefused(`file://${root}/${steps}${outside}`);
    await expectRefused(`file://${root}/..%2F..%2F${outside}`);
    await expectRefused(`file://${root}-else/good.webm`);
    await expectRefused(`file://${link}`);
    await expectRefused("file:///etc/passwd");
  });

  it("does not reach private addresses by http", async () => {
    const { port } = new URL(base(web));
    for (const host of ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
      await expectRefused(`http://${host}:${port}/good`);
    await expectRefused(`https://127.0.0.1:${port}/good`);
    expect(web.asked).toEqual([]);
  });

  it("does not follow playlists, which may name any address", async () => {
    const list = join(root, "list.m3u8");
    const lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10,", `file://${outside}`];
    await writeFile(list, [...lines, "#EXT-X-ENDLIST", ""].join("\n"));
    // First that nothing is there to read it.
    expect(await outcome(test, `file://${list}`)).toMatch(
      /^(UNEXPECTED_ELEMENT_ERROR|INVALID_MEDIA)$/,
    );
  });
});

/** The head of a WAVE file. */
function wave(channels: number, rate: number): string {
  const head = Buffer.alloc(44);
  head.write("RIFF\xff\xff\xff\x7fWAVEfmt ", 0, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE((rate * 2) >>> 0, 28);
  head.writeUInt16LE((channels * 2) & 0xffff, 32);
  head.writeUInt16LE(16, 34);
  head.write("data\xff\xff\xff\x7f", 36, "latin1");
  return head.toString("latin1");
}
