import process from "node:process";

import type { ServerModule } from "@kms/core";

import { ClassTable } from "./class-table.js";
import { importModule } from "./import-module.js";
import { loadNative } from "./load-native.js";

// Process that tries modules out as a worker loads them: `node worker/check-module.js <entry file>...`. What fails goes to
// standard error as one line, and the exit code is 1. A crash ends this process instead of a worker.

async function load(entries: readonly string[]): Promise<void> {
  const { openHost } = await import("@kms/core/native");
  const modules: ServerModule[] = [];
  for (const entry of entries) modules.push(await importModule(entry));
  void new ClassTable(modules);
  const host = openHost({
    ioThreads: [{ udpPort: 0 }],
    networkInterfaces: ["lo"],
    onEvent: () => undefined,
  });
  for (const module of modules) loadNative(module, host);
  await host.close();
}

try {
  await load(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${reason.replaceAll("\n", " ")}\n`, () => process.exit(1));
}
