import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, Socket } from "node:net";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";

import { FramedTransport } from "@kms/core/jsonrpc";

import { workerFlags } from "../../v8-flags.js";
import type { LaunchedWorker, WorkerLauncher } from "./launcher.js";

const connectTimeoutMs = 20_000;

/** Where that goes which worker processes print and log. */
export interface WorkerOutput {
  /** Descriptor that becomes their standard error. */
  readonly stderr: number;
  /** Set in their environment; `undefined` takes a variable away. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what a worker writes to its descriptor 3. */
  attach(log: Readable): void;
}

/** Starts each worker as a process of its own, joined by a Unix-domain socket. */
export class ProcessLauncher implements WorkerLauncher {
  readonly #entry: string;
  readonly #output: WorkerOutput;

  /** @param entry file that the process runs, with the slot's number and the socket's path as arguments */
  constructor(entry: string, output: WorkerOutput) {
    this.#entry = entry;
    this.#output = output;
  }

  async launch(slot: number): Promise<LaunchedWorker> {
    // Only this user may enter the folder, hence connect to the socket.
    const folder = await mkdtemp(join(tmpdir(), "kms-worker-"));
    const path = join(folder, "socket");
    const server = createServer().listen(path);
    try {
      await once(server, "listening");
      const child = this.#spawn([String(slot), path]);
      const exited = exitOf(child);
      const socket = await connection(server, child, exited);
      return {
        transport: new FramedTransport(socket),
        pid: child.pid,
        kill: () => child.kill("SIGKILL"),
        exited,
      };
    } finally {
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  #spawn(args: readonly string[]): ChildProcess {
    const { stderr, env } = this.#output;
    const child = spawn(process.execPath, [...workerFlags, this.#entry, ...args], {
      stdio: ["ignore", "inherit", stderr, "pipe"],
      env: { ...process.env, ...env },
    });
    const log = child.stdio[3];
    if (log instanceof Socket) this.#output.attach(log);
    return child;
  }
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
}

async function connection(
  server: Server,
  child: ChildProcess,
  exited: Promise<void>,
): Promise<Socket> {
  const gaveUp = AbortSignal.timeout(connectTimeoutMs);
  const connected = once(server, "connection", { signal: gaveUp }).then(
    ([socket]: unknown[]) => socket as Socket,
  );
  const ended = exited.then(() => {
    throw new Error(
      `worker process ended before it connected (code ${child.exitCode}, signal ${child.signalCode})`,
    );
  });
  try {
    return await Promise.race([connected, ended]);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    connected.catch(() => undefined);
    ended.catch(() => undefined);
  }
}
