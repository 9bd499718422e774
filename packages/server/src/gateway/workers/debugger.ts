import { readFile } from "node:fs/promises";

/** True when a debugger has hold of the process (or it is run by Valgrind), so that silence means nothing. */
export async function isDebugged(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const isTraced = /^TracerPid:\s*[1-9]/m.test(status);
  return isTraced || /^Name:\s*(memcheck|valgrind)/m.test(status);
}
