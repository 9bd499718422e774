import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { RotatingFiles } from "./rotating-files.js";

let folder: string;
let nowMs: number;
let files: RotatingFiles | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-logs-"));
  nowMs = new Date(2018, 5, 14, 19, 44, 26).getTime();
});
afterEach(async () => {
  await files?.close();
  files = undefined;
  await rm(folder, { recursive: true, force: true });
});

function open(
  options: { maxFileBytes?: number; fileCount?: number; folder?: string } = {},
): RotatingFiles {
  const sizes = { maxFileBytes: 100, fileCount: 3 };
  files = new RotatingFiles({ folder, ...sizes, pid: 42, now: () => nowMs, ...options });
  return files;
}

async function write(text: string): Promise<void> {
  await files?.write([Buffer.from(text)]);
}

async function contents(): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}

const line = `${"x".repeat(29)}\n`;

describe("rotating log files", () => {
  it("are named as Kurento names them, in a directory that is made", async () => {
    expect(open({ folder: join(folder, "a", "b") }).path).toBe(
      join(folder, "a", "b", "2018-06-14T194426.00000.pid42.log"),
    );
  });

  it("hold whole lines, up to their size", async () => {
    open();
    await write(line.repeat(5));
    expect(await contents()).toEqual({
      "2018-06-14T194426.00000.pid42.log": line.repeat(3),
      "2018-06-14T194426.00001.pid42.log": line.repeat(2),
    });
  });

  it("take a line that is larger than a file", async () => {
    open();
    const long = `${"y".repeat(150)}\n`;
    await write(line + long + line);
    expect(Object.values(await contents())).toEqual([line, long, line]);
  });

  it("are a new one each midnight", async () => {
    open();
    await write("a\n");
    nowMs = new Date(2018, 5, 14, 23, 59, 59, 999).getTime();
    await write("b\n");
    nowMs += 1;
    await write("c\n");
    expect(await contents()).toEqual({
      "2018-06-14T194426.00000.pid42.log": "a\nb\n",
      "2018-06-15T000000.00001.pid42.log": "c\n",
    });
  });

  it("go, the oldest first, when together they are too large", async () => {
    open();
    await write(line.repeat(3 * 5));
    const kept = Object.keys(await contents());
    expect(kept.map((name) => name.slice(18, 23))).toEqual(["00002", "00003", "00004"]);
  });

  it("count those of earlier processes, and nothing else in the directory", async () => {
    const old = "2018-06-13T000000.00000.pid7.log";
    await writeFile(join(folder, old), "o".repeat(100));
    await writeFile(join(folder, "errors.log"), "e".repeat(1000));
    await utimes(join(folder, old), 0, 0);
    open({ fileCount: 2 });
    await write(line.repeat(4));
    expect(Object.keys(await contents())).toEqual([
      "2018-06-14T194426.00000.pid42.log",
      "2018-06-14T194426.00001.pid42.log",
      "errors.log",
    ]);
  });

  it("cannot be where no directory can be made", () => {
    expect(() => open({ folder: "/proc/none/logs" })).toThrow(/ENOENT/);
  });

  it("cannot be where a file is", async () => {
    const path = join(folder, "file");
    await writeFile(path, "");
    expect(() => open({ folder: path })).toThrow(/EEXIST|ENOTDIR/);
  });
});
