import { KurentoError } from "@kms/core";
import type { Logger } from "@kms/core";
import { isJsonObject, isRpcError, Peer, RpcErrorCode } from "@kms/core/jsonrpc";
import type { Clock, JsonObject, JsonValue, RpcParams } from "@kms/core/jsonrpc";

import { isDebugged } from "./debugger.js";
import { Heartbeat } from "./heartbeat.js";
import type { LaunchedWorker, WorkerLauncher } from "./launcher.js";
import type { PortAllocator } from "./port-allocator.js";

/** What all slots share. */
export interface SlotParts {
  readonly launcher: WorkerLauncher;
  readonly ports: PortAllocator;
  readonly ioThreads: number;
  /** Members of the worker's `start` call besides the ports. */
  readonly start: {
    readonly modules: readonly string[];
    readonly config: JsonObject;
    readonly networkInterfaces: readonly string[];
    /** PEM texts. */
    readonly certificates: { readonly rsa?: string; readonly ecdsa?: string };
  };
  readonly clock: Clock;
  readonly log: Logger;
  /** An object of the worker raised an event. */
  onEvent(objectId: string, type: string, data: JsonValue): void;
  /** The worker died; everything in it is lost. */
  onLost(slot: WorkerSlot): void;
}

const callDeadlineMs = 9000;
const countersDeadlineMs = 1000;
const startDeadlineMs = 30_000;
const startAttempts = 3;
const shutdownDeadlineMs = 8000;
const deathWindowMs = 60_000;
const deathsBeforeBackOff = 3;
const maxBackOffMs = 30_000;

interface Running {
  readonly worker: LaunchedWorker;
  readonly peer: Peer;
  readonly heartbeat: Heartbeat;
}

/** A place for one worker, with its own ports. A worker that dies is replaced, with growing pauses if it dies often. */
export class WorkerSlot {
  readonly index: number;
  readonly #parts: SlotParts;
  readonly #deaths: number[] = [];
  #ports: readonly number[] = [];
  #running: Running | undefined;
  #isClosed = false;
  #cancelRestart: () => void = () => undefined;
  #waiting: (() => void)[] = [];
  /** Qualified names of the classes of the API that the worker, of all its modules, has no implementation of. */
  unbuilt: readonly string[] = [];
  /** Objects that live here, as the gateway counts them. */
  objects = 0;
  /** Workers that were started after one had died. */
  restarts = 0;

  constructor(index: number, parts: SlotParts) {
    this.index = index;
    this.#parts = parts;
  }

  /** True while a started worker is connected. */
  get isReady(): boolean {
    return this.#running !== undefined;
  }

  /** True when workers here die too often. */
  get isFailing(): boolean {
    const nowMs = this.#parts.clock.now();
    return (
      this.#deaths.filter((timeMs) => nowMs - timeMs < deathWindowMs).length >= deathsBeforeBackOff
    );
  }

  /** Process id of the worker, if it is a process. */
  get pid(): number | undefined {
    return this.#running?.worker.pid;
  }

  /**
   * Brings up the first worker. A port that was free may be taken by the time the worker binds it, so a start that fails
   * is tried again, with other ports where needed.
   * @throws Error when it does not come up
   */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { worker, peer } = await this.#launch();
      try {
        const params = await this.#startParams();
        const started = await peer.request("start", params, {
          timeoutMs: startDeadlineMs * (worker.patience ?? 1),
        });
        this.unbuilt = unbuiltOf(started);
        return this.#onStarted(worker, peer);
      } catch (error) {
        peer.close();
        worker.kill();
        await worker.exited;
        if (attempt === startAttempts) throw error;
      }
    }
  }

  /** Resolves when the slot is ready. */
  async whenReady(): Promise<void> {
    if (!this.isReady) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /**
   * Calls the worker.
   * @param ahead calls that it has got already and does first; each of them may take its time, too
   * @throws RpcError what the worker answers; KurentoError 40108 when it is not there, dies, or takes longer than 9 s times its patience
   */
  async request(method: string, params: JsonObject, ahead: number = 0): Promise<JsonValue> {
    const running = this.#running;
    if (running === undefined) throw unavailable("Media worker is not running");
    try {
      const timeoutMs = callDeadlineMs * (1 + ahead) * (running.worker.patience ?? 1);
      return await running.peer.request(method, params, { timeoutMs });
    } catch (error) {
      throw this.#requestError(method, error);
    }
  }

  /** Counters of the worker's I/O threads, for metrics; null when it does not tell within a second. */
  async counters(): Promise<JsonValue> {
    try {
      const options = { timeoutMs: countersDeadlineMs };
      return (await this.#running?.peer.request("counters", {}, options)) ?? null;
    } catch (error) {
      this.#parts.log.info("worker does not tell its counters", { slot: this.index, error });
      return null;
    }
  }

  /** Ends the worker in order: everything in it is released first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRestart();
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.heartbeat.stop();
    const { log } = this.#parts;
    try {
      await running.peer.request("shutdown", {}, { timeoutMs: shutdownDeadlineMs });
    } catch (error) {
      log.error("worker did not shut down", { slot: this.index, error });
      running.worker.kill();
    }
    running.peer.close();
    await running.worker.exited;
    log.info("worker ended", { slot: this.index, pid: running.worker.pid });
  }

  async #launch(): Promise<{ worker: LaunchedWorker; peer: Peer }> {
    const { launcher, clock, log } = this.#parts;
    const worker = await launcher.launch(this.index);
    const peer = new Peer(worker.transport, {
      clock,
      onProblem: (problem) => log.error("worker channel", { slot: this.index, problem }),
    });
    peer.handle("event", (params) => this.#onEvent(params));
    return { worker, peer };
  }

  async #startParams(): Promise<JsonObject> {
    const { ports, ioThreads, start } = this.#parts;
    this.#ports = await ports.ensure(ioThreads, this.#ports);
    const host = {
      ioThreads: this.#ports.map((port) => ({ udpPort: port, tcpPort: port })),
      networkInterfaces: [...start.networkInterfaces],
      certificates: { ...start.certificates },
    };
    return { modules: [...start.modules], config: start.config, host };
  }

  #onStarted(worker: LaunchedWorker, peer: Peer): void {
    const heartbeat = new Heartbeat({
      clock: this.#parts.clock,
      ping: (timeoutMs) => peer.request("ping", {}, { timeoutMs }),
      onSilent: () => void this.#onSilent(worker),
    });
    const running = { worker, peer, heartbeat };
    this.#running = running;
    this.#parts.log.info("worker started", { slot: this.index, pid: worker.pid });
    peer.signal.addEventListener("abort", () => this.#onDeath(running), { once: true });
    if (peer.closedWith !== undefined) return this.#onDeath(running);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #onSilent(worker: LaunchedWorker): Promise<void> {
    const running = this.#running;
    if (running?.worker !== worker) return;
    const { pid } = worker;
    if (pid !== undefined && (await isDebugged(pid))) return this.#watchAgain(running);
    this.#parts.log.error("worker is silent, killed", { slot: this.index, pid });
    worker.kill();
  }

  #watchAgain({ worker, peer }: Running): void {
    const heartbeat = new Heartbeat({
      clock: this.#parts.clock,
      ping: (timeoutMs) => peer.request("ping", {}, { timeoutMs }),
      onSilent: () => void this.#onSilent(worker),
    });
    this.#running = { worker, peer, heartbeat };
  }

  #onDeath(running: Running): void {
    if (this.#running?.worker !== running.worker) return;
    this.#running.heartbeat.stop();
    this.#running = undefined;
    this.objects = 0;
    running.worker.kill();
    this.#deaths.push(this.#parts.clock.now());
    this.#parts.log.error("worker died", { slot: this.index, pid: running.worker.pid });
    this.#parts.onLost(this);
    void running.worker.exited.then(() => this.#restart());
  }

  #restart(): void {
    if (this.#isClosed) return;
    const tooMany = this.#recentDeaths() - deathsBeforeBackOff;
    const delayMs = tooMany < 0 ? 0 : Math.min(1000 * 2 ** tooMany, maxBackOffMs);
    this.#cancelRestart = this.#parts.clock.after(delayMs, () => void this.#tryStart());
  }

  async #tryStart(): Promise<void> {
    try {
      await this.start();
      this.restarts += 1;
      if (this.#isClosed) await this.close();
    } catch (error) {
      this.#parts.log.error("worker did not start", { slot: this.index, error });
      this.#deaths.push(this.#parts.clock.now());
      this.#restart();
    }
  }

  #recentDeaths(): number {
    const oldestMs = this.#parts.clock.now() - deathWindowMs;
    while ((this.#deaths[0] ?? Infinity) < oldestMs) this.#deaths.shift();
    return this.#deaths.length;
  }

  #onEvent(params: RpcParams | undefined): void {
    if (params === undefined || Array.isArray(params)) return;
    const { object, type, data } = params;
    if (typeof object === "string" && typeof type === "string" && isJsonObject(data))
      this.#parts.onEvent(object, type, data);
  }

  #requestError(method: string, error: unknown): unknown {
    if (!isRpcError(error)) return error;
    if (error.code === RpcErrorCode.connectionClosed) return unavailable("Media worker died");
    if (error.code === RpcErrorCode.timeout)
      return unavailable(`Media worker did not answer '${method}' in time`);
    return error;
  }
}

function unbuiltOf(started: JsonValue): string[] {
  const names = isJsonObject(started) ? started["unbuilt"] : undefined;
  return Array.isArray(names) ? names.map(String) : [];
}

function unavailable(message: string): KurentoError {
  return new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", message);
}
