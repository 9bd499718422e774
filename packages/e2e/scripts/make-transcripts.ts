// Makes src/conformance/transcripts/*.jsonl from recordings of a real Kurento:
//   pnpm exec tsc -p scripts && node dist/scripts/make-transcripts.js <folder of the recordings>
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { TranscriptMaker, type Recorded } from "./transcript-maker.js";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: make-transcripts <folder of the recordings>");
  process.exit(1);
}
const target = fileURLToPath(new URL("../../src/conformance/transcripts", import.meta.url));
mkdirSync(target, { recursive: true });
for (const file of readdirSync(folder).filter((name) => name.endsWith(".jsonl"))) {
  const text = readFileSync(join(folder, file), "utf8");
  const recorded = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recorded);
  const lines = new TranscriptMaker(basename(file, ".jsonl")).make(recorded);
  const content = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  writeFileSync(join(target, file), content);
  console.log(`${file}: ${text.length} -> ${content.length}`);
}
