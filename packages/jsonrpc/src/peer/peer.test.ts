import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ManualClock, systemClock } from "../clock.js";
import type { JsonObject } from "../codec/json.js";
import { parseJson } from "../codec/json.js";
import { invalidParams, isRpcError, RpcError } from "../errors.js";
import { memoryTransportPair } from "../transport/memory-transport.js";
import type { Transport } from "../transport/transport.js";
import { Peer } from "./peer.js";
import type { PeerOptions, PeerProblem } from "./peer.js";

/** The other end of a peer, as raw texts. */
class Wire {
  readonly #texts: string[] = [];
  readonly #waiting: ((text: string) => void)[] = [];

  readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
    transport.onMessage((text) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#texts.push(text);
      else waiting(text);
    });
  }

  next(): Promise<string> {
    const text = this.#texts.shift();
    return text === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(text);
  }

  async nextMessage(): Promise<JsonObject> {
    return parseJson(await this.next()) as JsonObject;
  }
}

function connect(options: PeerOptions = {}): { peer: Peer; wire: Wire; problems: PeerProblem[] } {
  const [left, right] = memoryTransportPair();
  const problems: PeerProblem[] = [];
  const peer = new Peer(left, { onProblem: (problem) => problems.push(problem), ...options });
  return { peer, wire: new Wire(right), problems };
}

function connectPeers(options: PeerOptions = {}): { caller: Peer; answerer: Peer } {
  const [left, right] = memoryTransportPair();
  return { caller: new Peer(left), answerer: new Peer(right, options) };
}

/** A promise that the test settles. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("answers of the shared vectors", () => {
  interface Vectors {
    cases: { name: string; text: string; answer: string | null }[];
  }
  const file = readFileSync(new URL("../../vectors/answer.json", import.meta.url), "utf8");

  it.each((JSON.parse(file) as Vectors).cases)("$name", async ({ text, answer }) => {
    const { peer, wire } = connect();
    peer.handle("echo", (params) => params);
    peer.handle("fail", () => {
      throw new RpcError(40101, "Object 'x' not found", { type: "MEDIA_OBJECT_NOT_FOUND" });
    });
    peer.handle("plain", () => {
      throw new RpcError(-32000, "'type' parameter is required");
    });
    peer.handle("crash", () => Promise.reject(new Error("boom")));
    peer.handle("needs", () => {
      throw invalidParams();
    });
    wire.transport.send(text);
    // What is answered to the probe proves that nothing was answered before it.
    wire.transport.send('{"jsonrpc":"2.0","id":"probe","method":"echo"}');
    const answers = [await wire.next()];
    if (answer !== null) answers.push(await wire.next());
    const probe = '{"id":"probe","jsonrpc":"2.0","result":null}';
    expect(answers.toSorted()).toEqual((answer === null ? [probe] : [answer, probe]).toSorted());
  });
});

describe("Peer.request", () => {
  it("rejects with the other side's error", async () => {
    const { peer, wire } = connect();
    const answer = peer.request("invoke");
    await wire.next();
    wire.transport.send(
      '{"jsonrpc":"2.0","id":1,"error":{"code":40101,"message":"gone","data":{"type":"X"}}}',
    );
    const error = await answer.catch((thrown: unknown) => thrown);
    expect(isRpcError(error)).toBe(true);
    expect(error).toMatchObject({ code: 40101, message: "gone", data: { type: "X" } });
    expect(peer.pendingRequests).toBe(0);
  });

  it("gives answers that come in another order to their callers", async () => {
    const { peer, wire } = connect({ firstId: 40 });
    const answers = [peer.request("a"), peer.request("b")];
    expect(await wire.nextMessage()).toMatchObject({ id: 40, method: "a" });
    expect(peer.nextId).toBe(42);
    wire.transport.send('{"jsonrpc":"2.0","id":41,"result":"b"}');
    wire.transport.send('{"jsonrpc":"2.0","id":40,"result":"a"}');
    expect(await Promise.all(answers)).toEqual(["a", "b"]);
  });

  it("keeps 64-bit integers exact both ways", async () => {
    const { caller, answerer } = connectPeers();
    answerer.handle("echo", (params) => params);
    expect(await caller.request("echo", [2n ** 63n - 1n, 5])).toEqual([2n ** 63n - 1n, 5]);
  });

  it("rejects with -32001 after the peer's time-out, and drops the late answer", async () => {
    const clock = new ManualClock();
    const { peer, wire, problems } = connect({ clock, timeoutMs: 1000 });
    const answer = peer.request("slow");
    await wire.next();
    clock.advance(1000);
    await expect(answer).rejects.toMatchObject({
      code: -32001,
      message: "Request 'slow' was not answered within 1000 ms",
    });
    wire.transport.send('{"jsonrpc":"2.0","id":1,"result":1}');
    wire.transport.send('{"jsonrpc":"2.0","id":2,"method":"x"}');
    await wire.next();
    expect(problems).toMatchObject([{ kind: "unexpected response", message: { id: 1 } }]);
  });

  it("takes the request's time-out before the peer's, and leaves no timer", async () => {
    const clock = new ManualClock();
    const { peer, wire } = connect({ clock, timeoutMs: 1000 });
    const answers = [
      peer.request("a", {}, { timeoutMs: 5000 }),
      peer.request("b", {}, { timeoutMs: Infinity }),
    ];
    expect(clock.pendingTimers).toBe(1);
    clock.advance(4999);
    await wire.next();
    wire.transport.send('{"jsonrpc":"2.0","id":1,"result":1}');
    wire.transport.send('{"jsonrpc":"2.0","id":2,"result":2}');
    expect(await Promise.all(answers)).toEqual([1, 2]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("rejects with the signal's reason when aborted while waiting", async () => {
    const { peer } = connect();
    const aborter = new AbortController();
    const answer = peer.request("slow", undefined, { signal: aborter.signal });
    aborter.abort(new Error("no longer wanted"));
    await expect(answer).rejects.toThrow("no longer wanted");
    expect(peer.pendingRequests).toBe(0);
  });

  it("sends nothing when aborted before", async () => {
    const { peer } = connect();
    await expect(
      peer.request("x", undefined, { signal: AbortSignal.abort(new Error("early")) }),
    ).rejects.toThrow("early");
    expect(peer.nextId).toBe(1);
  });

  it("rejects parameters that are no JSON without using up an id", async () => {
    const { peer } = connect();
    const cycle: JsonObject = {};
    cycle["self"] = cycle;
    await expect(peer.request("x", cycle)).rejects.toThrow(TypeError);
    expect([peer.nextId, peer.pendingRequests]).toEqual([1, 0]);
  });

  it("rejects when the answer is malformed", async () => {
    const { peer, wire, problems } = connect();
    const answer = peer.request("x");
    await wire.next();
    wire.transport.send('{"jsonrpc":"2.0","id":1,"error":"bad"}');
    await expect(answer).rejects.toMatchObject({ code: -32600 });
    expect(problems).toMatchObject([{ kind: "invalid message" }]);
    expect(await wire.nextMessage()).toMatchObject({ id: null, error: { code: -32600 } });
  });

  it("reports answers for id null and answers them with nothing", async () => {
    const { wire, problems } = connect();
    wire.transport.send('{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"m"}}');
    wire.transport.send('{"jsonrpc":"2.0","id":9,"method":"x"}');
    expect(await wire.nextMessage()).toMatchObject({ id: 9 });
    expect(problems).toMatchObject([{ kind: "unexpected response", message: { id: null } }]);
  });
});

describe("closing", () => {
  it("rejects pending and later requests with -32002", async () => {
    const { peer } = connect();
    const waiting = peer.request("x");
    expect(peer.closedWith).toBeUndefined();
    peer.close();
    await expect(waiting).rejects.toMatchObject({ code: -32002, message: "Connection closed" });
    await expect(peer.request("y")).rejects.toBe(peer.closedWith);
    peer.notify("z");
    peer.close();
  });

  it("says why when closed with an error", async () => {
    const { peer } = connect();
    const waiting = peer.request("x");
    peer.close(new Error("worker silent"));
    await expect(waiting).rejects.toMatchObject({
      code: -32002,
      message: "Connection closed: worker silent",
    });
  });

  it("rejects when the other side closes, and aborts running handlers", async () => {
    const { peer, wire } = connect();
    const started = gate();
    const aborted = gate();
    peer.handle("slow", async (_params, context) => {
      context.signal.addEventListener("abort", aborted.open);
      started.open();
      await aborted.opened;
    });
    wire.transport.send('{"jsonrpc":"2.0","id":1,"method":"slow"}');
    const waiting = peer.request("x");
    await started.opened;
    wire.transport.close();
    await expect(waiting).rejects.toMatchObject({ code: -32002 });
    await aborted.opened;
    expect(peer.signal.aborted).toBe(true);
  });
});

describe("handlers", () => {
  it("answers calls side by side without a key", async () => {
    const { caller, answerer } = connectPeers();
    const slow = gate();
    answerer.handle("slow", () => slow.opened.then(() => "slow"));
    answerer.handle("fast", () => "fast");
    const first = caller.request("slow");
    expect(await caller.request("fast")).toBe("fast");
    slow.open();
    expect(await first).toBe("slow");
  });

  it("answers calls of one key in order, of others and of none at once", async () => {
    const order: string[] = [];
    const slow = gate();
    const keyOf = (params: unknown): string | undefined => (params as { key?: string }).key;
    const { caller, answerer } = connectPeers({ queueKey: (call) => keyOf(call.params) });
    answerer.handle("slow", async () => {
      await slow.opened;
      order.push("slow");
    });
    answerer.handle("mark", (params) => {
      order.push((params as { name: string }).name);
    });
    const first = [
      caller.request("slow", { key: "a" }),
      caller.request("mark", { key: "a", name: "a2" }),
    ];
    await Promise.all([
      caller.request("mark", { key: "b", name: "b" }),
      caller.request("mark", { name: "none" }),
    ]);
    slow.open();
    await Promise.all(first);
    await caller.request("mark", { key: "a", name: "a3" });
    expect(order).toEqual(["b", "none", "slow", "a2", "a3"]);
  });

  it("goes on with a key after a call that failed", async () => {
    const { caller, answerer } = connectPeers({ queueKey: () => "one" });
    answerer.handle("fail", () => {
      throw new Error("no");
    });
    answerer.handle("ok", () => "ok");
    const [failed, ok] = await Promise.allSettled([caller.request("fail"), caller.request("ok")]);
    expect(failed).toMatchObject({ status: "rejected", reason: { code: -32603 } });
    expect(ok).toMatchObject({ status: "fulfilled", value: "ok" });
  });

  it("passes the method, the id and the parameters", async () => {
    const seen: unknown[] = [];
    const { caller, answerer } = connectPeers();
    answerer.handle("m", (params, { method, id }) => {
      seen.push([params, method, id]);
    });
    caller.notify("m", [1]);
    await caller.request("m", { a: 1 });
    expect(seen).toEqual([
      [[1], "m", undefined],
      [{ a: 1 }, "m", 1],
    ]);
  });

  it("asks the fallback for methods without a handler", async () => {
    const { caller, answerer } = connectPeers({
      fallback: (_params, context) => `any ${context.method}`,
    });
    answerer.handle("own", () => "own");
    expect(await Promise.all([caller.request("own"), caller.request("other")])).toEqual([
      "own",
      "any other",
    ]);
  });

  it("translates errors as told", async () => {
    const { caller, answerer } = connectPeers({
      toRpcError: (thrown) => new RpcError(40003, String(thrown)),
    });
    answerer.handle("m", () => Promise.reject("text"));
    await expect(caller.request("m")).rejects.toMatchObject({ code: 40003, message: "text" });
  });

  it("answers -32603 when the translation itself fails", async () => {
    const { caller, answerer } = connectPeers({
      toRpcError: () => {
        throw new Error("broken");
      },
    });
    answerer.handle("m", () => {
      throw new Error("x");
    });
    await expect(caller.request("m")).rejects.toMatchObject({ code: -32603, message: /broken/ });
  });

  it("answers -32603 when the result or an error's data is no JSON", async () => {
    const { caller, answerer } = connectPeers();
    const cycle: JsonObject = {};
    cycle["self"] = cycle;
    answerer.handle("result", () => cycle);
    answerer.handle("data", () => {
      throw new RpcError(1, "m", cycle);
    });
    answerer.handle("nothing", () => Promise.reject(Object.create(null)));
    await expect(caller.request("result")).rejects.toMatchObject({ code: -32603 });
    await expect(caller.request("data")).rejects.toMatchObject({ code: -32603 });
    await expect(caller.request("nothing")).rejects.toMatchObject({ code: -32603 });
  });

  it("reports a notification that fails", async () => {
    const { wire, problems } = connect();
    wire.transport.send('{"jsonrpc":"2.0","method":"nope"}');
    wire.transport.send('{"jsonrpc":"2.0","id":1,"method":"nope"}');
    await wire.next();
    expect(problems).toMatchObject([
      { kind: "notification failed", method: "nope", error: { code: -32601 } },
    ]);
  });

  it("needs no listener for problems", async () => {
    const { caller, answerer } = connectPeers();
    answerer.handle("ok", () => "ok");
    caller.notify("nope");
    expect(await caller.request("ok")).toBe("ok");
  });
});

describe("systemClock", () => {
  it("fires once, unless cancelled", async () => {
    const fired: string[] = [];
    const done = gate();
    systemClock.after(0, () => fired.push("cancelled"))();
    const before = systemClock.now();
    systemClock.after(1, () => {
      fired.push("fired");
      done.open();
    });
    // Its timers do not keep the process alive; this one does, and is cleared by the event awaited.
    const alive = setInterval(() => undefined, 1000);
    await done.opened;
    clearInterval(alive);
    expect(fired).toEqual(["fired"]);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });
});
