// The command blocks of the guides, executed as they stand there.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf, docBlocks, execute } from "./support/doc-blocks.js";

describe("the guides", () => {
  const blocks = docBlocks().filter(({ isFull, by }) => !isFull && by === undefined);

  it.each(blocks)("$place does what it says", { timeout: 300_000 }, async (block) => {
    await execute(block, { KMS_SKIP_PACKAGES: "1" });
  });

  it("are refused where a block has no mark", () => {
    expect(() => blocksOf("a.md", "text\n\n```sh\nls\n```\n")).toThrow("a.md:4: no mark says how");
    expect(() => blocksOf("a.md", "<!-- run by no.test.ts -->\n```sh\nls\n```\n")).toThrow(
      "a.md:3: there is no test no.test.ts",
    );
  });

  it("fail with a block that fails, or that never prints what it should", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kms-docs-"));
    await writeFile(join(folder, "guide"), "here");
    const text = (command: string, until = ""): string =>
      `<!-- run${until} -->\n\`\`\`sh\n${command}\n\`\`\`\n`;
    const [good, bad, silent] = [
      text(`grep here ${folder}/guide`),
      text(`grep there ${folder}/guide\ntrue`),
      text("echo something", ' until "else"'),
    ].flatMap((guide) => blocksOf("a.md", guide));
    if (good === undefined || bad === undefined || silent === undefined) throw new Error("blocks");
    await execute(good, {});
    await expect(execute(bad, {})).rejects.toThrow("a.md:3 ended with 1");
    await expect(execute(silent, {})).rejects.toThrow("something");
    await rm(folder, { recursive: true });
  });
});
