import { systemClock } from "@kms/core/jsonrpc";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { GrowingFile } from "./growing-file.js";

let folder: string;
let file: GrowingFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-growing-"));
  file = new GrowingFile(join(folder, "a"), systemClock);
  await writeFile(file.path, "one ");
});
afterEach(() => rm(folder, { recursive: true }));

async function all(pieces: AsyncIterable<Buffer>): Promise<string[]> {
  const got: string[] = [];
  for await (const piece of pieces) got.push(piece.toString());
  return got;
}

it("is read while it grows, to its end", async () => {
  const read = file.read();
  expect((await read.next()).value?.toString()).toBe("one ");
  const more = read.next();
  await appendFile(file.path, "two");
  expect((await more).value?.toString()).toBe("two");
  const end = read.next();
  file.finish();
  expect((await end).done).toBe(true);
});

it("is read again from its beginning", async () => {
  file.finish();
  expect(await all(file.read())).toEqual(["one "]);
  expect(await all(file.read())).toEqual(["one "]);
});

it("comes in parts of a size, the last one smaller", async () => {
  file.finish();
  expect(await all(file.parts(3))).toEqual(["one", " "]);
  expect(await all(file.parts(4))).toEqual(["one ", ""]);
  expect(await all(file.parts(5))).toEqual(["one "]);
});

it("cannot be read when it is not there", async () => {
  await rm(file.path);
  await expect(file.read().next()).rejects.toMatchObject({ code: "ENOENT" });
});
