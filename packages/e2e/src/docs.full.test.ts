// The command blocks of the guides that build much or run a server, executed as they stand there.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { docBlocks, execute } from "./support/doc-blocks.js";
import { freePort } from "./support/server.js";

describe("the guides", () => {
  const blocks = docBlocks().filter(({ isFull }) => isFull);

  it.each(blocks)("$place does what it says", { timeout: 1_800_000 }, async (block) => {
    // Another server may have the usual port.
    const folder = await mkdtemp(join(tmpdir(), "kms-docs-"));
    const configuration = join(folder, "kurento.conf.json");
    const net = { websocket: { port: await freePort(), path: "kurento" } };
    await writeFile(configuration, JSON.stringify({ mediaServer: { net } }));
    await execute(block, {
      KMS_SKIP_PACKAGES: "1",
      KMS_VARIANT: "",
      KURENTO_CONF_FILE: configuration,
    });
    await rm(folder, { recursive: true });
  });
});
