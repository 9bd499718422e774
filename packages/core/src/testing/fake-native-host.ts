import type { Medium } from "../graph/media.js";
import type { HostOptions, NativeHost, NativeMap, NativeValue } from "../native/host.js";

/** One call that the host got, as text: `create Branch p/branch-1`, `link s video <- b`, ... */
export type HostCall = string;

/** An object that tests made through the host. */
export interface FakeObject {
  readonly className: string;
  readonly params: NativeMap;
}

/**
 * A native host without media, for tests: keeps what was created and linked, records each call, and raises events when
 * told to.
 */
export class FakeNativeHost implements NativeHost {
  readonly calls: HostCall[] = [];
  readonly objects = new Map<string, FakeObject>();
  /** Source by `<sink> <medium>`. */
  readonly links = new Map<string, string>();
  readonly modules: string[] = [];
  readonly plugins: string[] = [];
  readonly #onEvent: HostOptions["onEvent"];
  readonly #failures = new Map<string, Error>();
  readonly #answers = new Map<string, (args: NativeMap) => NativeValue | Promise<NativeValue>>();
  isClosed = false;

  constructor(onEvent: HostOptions["onEvent"] = () => undefined) {
    this.#onEvent = onEvent;
  }

  /** Raises an event of a native object. */
  emit(objectId: string, type: string, data: NativeMap): void {
    this.#onEvent(objectId, type, data);
  }

  /** Makes the next call with this text fail. */
  failNext(call: HostCall, error: Error): void {
    this.#failures.set(call, error);
  }

  /** Answers all calls of a method. */
  answer(method: string, answer: (args: NativeMap) => NativeValue | Promise<NativeValue>): void {
    this.#answers.set(method, answer);
  }

  /** Takes the calls recorded so far. */
  takeCalls(): HostCall[] {
    return this.calls.splice(0);
  }

  loadModule(path: string): void {
    this.modules.push(path);
  }

  loadPlugin(path: string): void {
    this.plugins.push(path);
  }

  async create(className: string, id: string, params: NativeMap): Promise<void> {
    await this.#record(`create ${className} ${id}`);
    this.objects.set(id, { className, params });
  }

  async invoke(id: string, method: string, args: NativeMap): Promise<NativeValue> {
    await this.#record(`invoke ${id} ${method}`);
    return (await this.#answers.get(method)?.(args)) ?? null;
  }

  async link(sinkId: string, medium: Medium, sourceId: string | null): Promise<void> {
    await this.#record(`link ${sinkId} ${medium} <- ${sourceId ?? "nothing"}`);
    const key = `${sinkId} ${medium}`;
    if (sourceId === null) this.links.delete(key);
    else this.links.set(key, sourceId);
  }

  async release(id: string): Promise<void> {
    await this.#record(`release ${id}`);
    this.objects.delete(id);
    for (const [key, source] of this.links) {
      if (source === id || key.startsWith(`${id} `)) this.links.delete(key);
    }
  }

  async graph(): Promise<NativeValue> {
    return [...this.links].map(([key, source]) => {
      const [sink = "", medium = ""] = key.split(" ");
      return { sink, medium, source, kind: "route", elements: [] };
    });
  }

  async info(): Promise<NativeValue> {
    const counters = [
      { received: 7, transports: 1, dropped: { replayed: 2 }, dataDropped: { noChannel: 3 } },
    ];
    return { udpPorts: [], tcpPorts: [], counters };
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  async #record(call: HostCall): Promise<void> {
    this.calls.push(call);
    // As native code: never answered within the call.
    await Promise.resolve();
    const failure = this.#failures.get(call);
    this.#failures.delete(call);
    if (failure !== undefined) throw failure;
  }
}
