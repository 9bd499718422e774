import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

import type { Logger } from "@kms/core";

import { isBuiltIn } from "../../built-in-modules.js";
import type { LocatedModule } from "./module-locator.js";

const program = fileURLToPath(new URL("../../worker/check-module.js", import.meta.url));
const deadlineMs = 30_000;

/** Tries to load these modules together. @returns why that fails, `undefined` when it does not */
export type TryModules = (entries: readonly string[]) => Promise<string | undefined>;

/**
 * Leaves out modules of third parties that workers cannot load: each is tried in a process of its own, beside those
 * before it, so that one that is broken, hangs or crashes is skipped and the server starts.
 */
export async function loadableModules(
  modules: readonly LocatedModule[],
  log: Logger,
  tryModules: TryModules = tryInProcess,
): Promise<readonly LocatedModule[]> {
  const loadable = modules.filter(({ entry }) => isBuiltIn(entry));
  for (const module of modules.filter(({ entry }) => !isBuiltIn(entry))) {
    const reason = await tryModules([...loadable, module].map(({ entry }) => entry));
    if (reason === undefined) loadable.push(module);
    else log.warning("module skipped", { module: module.manifest.name, reason });
  }
  return loadable;
}

function tryInProcess(entries: readonly string[]): Promise<string | undefined> {
  const options = { timeout: deadlineMs, killSignal: "SIGKILL" } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...entries], options, (error, _out, errors) => {
      if (error === null) resolve(undefined);
      else
        resolve(error.killed === true ? `does not load in ${deadlineMs} ms` : why(error, errors));
    });
  });
}

function why({ signal, message }: { signal?: unknown; message: string }, errors: string): string {
  if (typeof signal === "string") return `loading it ends the process with ${signal}`;
  return errors.trim().split("\n").at(-1) || message;
}
