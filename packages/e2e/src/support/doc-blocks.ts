// The command blocks of the guides in docs/, and how each is executed. A mark stands in the line above a block of sh:
//   <!-- run -->                           must end with 0, in the usual test run
//   <!-- run full -->                      the same, in ./kms test --full
//   <!-- run full until "some text" -->    is ended as by Ctrl-C once it has printed that
//   <!-- run by folder/some.test.ts -->    that test of the workspace does what the block does, elsewhere
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const MARK = /^<!-- run(?<full> full)?(?: until "(?<until>[^"]+)")?(?: by (?<by>\S+))? -->$/;

/** A command block of a guide. */
export interface DocBlock {
  /** File and line of the first command, as in `docs/debugging.md:12`. */
  readonly place: string;
  readonly script: string;
  readonly isFull: boolean;
  /** It is ended once it has printed this. */
  readonly until: string | undefined;
  /** The test that stands for it. */
  readonly by: string | undefined;
}

/** All blocks of the guides. @throws Error naming a block without a mark, or with the mark of a test that is not there */
export function docBlocks(): readonly DocBlock[] {
  const guides = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return guides.flatMap((guide) =>
    blocksOf(`docs/${guide}`, readFileSync(join(ROOT, "docs", guide), "utf8")),
  );
}

/** The blocks of one guide. */
export function blocksOf(file: string, text: string): readonly DocBlock[] {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (line === "```sh" ? [index] : []));
  return starts.map((start) => {
    const place = `${file}:${start + 2}`;
    const mark = MARK.exec(lines[start - 1] ?? "")?.groups;
    if (mark === undefined) throw new Error(`${place}: no mark says how this block is executed`);
    const end = lines.indexOf("```", start);
    const by = mark["by"];
    if (by !== undefined && !existsSync(join(ROOT, by)))
      throw new Error(`${place}: there is no test ${by}`);
    const script = lines.slice(start + 1, end).join("\n");
    return { place, script, isFull: mark["full"] !== undefined, until: mark["until"], by };
  });
}

/** Executes a block in the workspace. @throws Error with its output where it fails */
export async function execute(
  block: DocBlock,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", block.script], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a group of its own, for Ctrl-C
  });
  const output = collect(child, block.until);
  const [code] = (await once(child, "exit")) as [number | null];
  const printed = output();
  const isDone = block.until === undefined ? code === 0 : printed.includes(block.until);
  if (!isDone) throw new Error(`${block.place} ended with ${code}:\n${printed.slice(-4000)}`);
}

/** Gathers what it prints; ends it once that has `until`. */
function collect(child: ChildProcess, until: string | undefined): () => string {
  let output = "";
  let isEnded = false;
  const onData = (data: unknown): void => {
    output += String(data);
    if (isEnded || until === undefined || !output.includes(until)) return;
    isEnded = true;
    process.kill(-(child.pid ?? 0), "SIGINT");
  };
  child.stdout?.on("data", onData);
  child.stderr?.on("data", onData);
  return () => output;
}
