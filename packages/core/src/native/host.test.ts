import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { addonPath } from "./addon.js";
import { openHost, trimMemory } from "./index.js";
import type { NativeHost, NativeMap } from "./host.js";

const open: NativeHost[] = [];

interface Seen {
  readonly id: string;
  readonly type: string;
  readonly data: NativeMap;
}

function start(onEvent: (seen: Seen) => void = () => undefined): NativeHost {
  const host = openHost({
    ioThreads: [{ udpPort: 0 }],
    networkInterfaces: ["lo"],
    onEvent: (id, type, data) => onEvent({ id, type, data }),
  });
  open.push(host);
  return host;
}

function branch(codec = "VP8", kind = "rtp"): NativeMap {
  return { ioThread: 0, medium: "video", target: { kind, format: { codec } } };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((host) => host.close()));
});

describe("native host", () => {
  it("answers a creation before the events of the object", async () => {
    const log: string[] = [];
    const first = deferred();
    const host = start(({ id, type }) => {
      log.push(`${id} ${type}`);
      first.resolve(undefined);
    });
    await host.create("Branch", "a", branch()).then(() => log.push("created"));
    await first.promise;
    expect(log).toEqual(["created", "a sourceFormat"]);
  });

  it("carries values both ways", async () => {
    const seen = deferred<Seen>();
    const host = start((event) => seen.resolve(event));
    const parameters = { "profile-level-id": "42e01f", ["__proto__"]: "x" };
    const target = { kind: "rtp", format: { codec: "h264", clockRate: 90000n, parameters } };
    await host.create("Branch", "a", { ioThread: 0, medium: "video", target });
    const { data } = await seen.promise;
    expect(data).toEqual({
      medium: "video",
      kind: "rtp",
      format: { codec: "H264", clockRate: 90000, channels: 0, parameters },
    });
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  });

  it("rejects with Kurento's codes", async () => {
    const host = start();
    await host.create("Branch", "a", branch());
    const symbol = Symbol("no") as unknown as string;
    const cases: [() => Promise<unknown>, number][] = [
      [() => host.create("Nothing", "b", {}), 40108],
      [() => host.create("Branch", "a", branch()), 40003],
      [() => host.create("Branch", "b", {}), 40001],
      [() => host.create("Branch", "b", { ...branch(), ioThread: 9 }), 40107],
      [() => host.invoke("b", "configure", {}), 40101],
      [() => host.invoke("a", "nothing", {}), 40105],
      [() => host.invoke("a", "configure", { bitrate: -1 }), 40001],
      [() => host.invoke("a", "configure", { bitrate: 2n ** 80n }), 40001],
      [() => host.invoke("a", "configure", { bitrate: symbol }), 40001],
      [() => host.link("a", "audio", "a"), 40004],
      [() => host.link("a", "smell" as "audio", "a"), 40001],
    ];
    for (const [call, code] of cases) {
      await expect(call()).rejects.toMatchObject({ code, message: expect.stringMatching(/.+/) });
    }
  });

  it("refuses a value without end", async () => {
    const host = start();
    const loop: NativeMap = {};
    loop["self"] = loop;
    await expect(host.create("Branch", "a", loop)).rejects.toMatchObject({ code: 40001 });
  });

  it("names the module that cannot be loaded", () => {
    const host = start();
    expect(() => host.loadModule("/nowhere/libmodule.so")).toThrow(/\/nowhere\/libmodule\.so/);
    expect(() => host.loadModule(7 as unknown as string)).toThrow(/string/);
    expect(() => host.loadPlugin("/nowhere/libgstx.so")).toThrow(
      expect.objectContaining({
        code: 40108,
        message: expect.stringContaining("/nowhere/libgstx.so"),
      }),
    );
  });

  it("gives memory back while it runs", async () => {
    const host = start();
    trimMemory();
    expect(await host.info()).toBeDefined();
  });

  it("refuses bad options", () => {
    const onEvent = (): void => undefined;
    expect(() => openHost({ ioThreads: [], networkInterfaces: [], onEvent })).toThrow();
    expect(() =>
      openHost({ ioThreads: [{ udpPort: 70000 }], networkInterfaces: [], onEvent }),
    ).toThrow(/udpPort/);
  });

  it("links, shows the graph, unlinks on release", async () => {
    const host = start();
    await host.create("Branch", "a", branch());
    await host.create("Branch", "b", branch("RAW", "frames"));
    await host.link("b", "video", "a");
    expect(await host.graph()).toEqual([
      { sink: "b", medium: "video", source: "a", kind: "route", elements: [] },
    ]);
    await host.release("a");
    expect(await host.graph()).toEqual([]);
    await host.release("a");
    await expect(host.invoke("a", "requestKeyframe", {})).rejects.toMatchObject({ code: 40101 });
  });

  it("tells its ports and counters", async () => {
    const info = (await start().info()) as { udpPorts: number[]; counters: NativeMap[] };
    expect(info.udpPorts).toHaveLength(1);
    expect(info.udpPorts[0]).toBeGreaterThan(0);
    expect(info.counters).toHaveLength(1);
  });

  it("closes twice, and refuses calls afterwards", async () => {
    const host = start();
    await host.create("Branch", "a", branch());
    await Promise.all([host.close(), host.close()]);
    await host.close();
    await expect(host.create("Branch", "b", branch())).rejects.toMatchObject({ code: 40108 });
    expect(() => host.loadModule("x.so")).toThrow(/closed/);
  });

  it("answers what is under way when it is closed", async () => {
    const host = start();
    const calls = Array.from({ length: 20 }, (_, i) => host.create("Branch", `b${i}`, branch()));
    const closed = host.close();
    const results = await Promise.allSettled(calls);
    expect(results).toHaveLength(20);
    await closed;
  });

  it("frees the ports, so that they can be had again", async () => {
    const host = start();
    const { udpPorts } = (await host.info()) as { udpPorts: number[] };
    await host.close();
    const udpPort = udpPorts[0] ?? 0;
    const options = {
      ioThreads: [{ udpPort }],
      networkInterfaces: ["lo"],
      onEvent: (): void => undefined,
    };
    const again = openHost(options);
    open.push(again);
    expect(() => openHost(options)).toThrow(expect.objectContaining({ code: 40009 }));
  });
});

/** Scripts that use the addon as a worker process would, each in a process of its own. */
const PRELUDE = `
  const { open } = require(${JSON.stringify(addonPath())});
  const options = { ioThreads: [{ udpPort: 0 }], networkInterfaces: ["lo"] };
  const params = { ioThread: 0, medium: "video", target: { kind: "rtp", format: { codec: "VP8" } } };
  const start = (onEvent = () => {}) => open(options, onEvent);
`;

async function run(
  script: string,
  flags: string[] = [],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...flags, "-e", `${PRELUDE}${script}`], {
    stdio: ["ignore", "pipe", "pipe"],
    // Nx asks for colours, which would change what the console prints.
    env: { ...process.env, FORCE_COLOR: "0" },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

describe("process with a native host", () => {
  it("ends by itself although objects live", async () => {
    expect(
      await run(`start().create("Branch", "a", params).then(() => console.log("made"));`),
    ).toEqual({
      code: 0,
      output: "made\n",
    });
  });

  it("ends at once with process.exit while work is under way", async () => {
    const script = `
      const host = start();
      for (let i = 0; i < 20; ++i) host.create("Branch", "b" + i, params).catch(() => {});
      process.exit(3);`;
    const ends = await Promise.all(Array.from({ length: 8 }, () => run(script)));
    for (const end of ends) expect(end).toEqual({ code: 3, output: "" });
  });

  it("ends well after hosts that were closed", async () => {
    const script = `
      (async () => {
        for (let i = 0; i < 10; ++i) {
          const host = start();
          await host.create("Branch", "a", params);
          await host.close();
          await host.create("Branch", "b", params).catch((error) => console.log(error.code));
        }
      })();`;
    expect(await run(script)).toEqual({ code: 0, output: "40108\n".repeat(10) });
  });

  it("survives the collection of an open handle", async () => {
    const script = `
      (async () => {
        for (let i = 0; i < 5; ++i) {
          const host = start();
          await host.create("Branch", "a", params);
        }
        for (let i = 0; i < 5; ++i) { gc(); await new Promise(setImmediate); }
        console.log("done");
      })();`;
    expect(await run(script, ["--expose-gc"])).toEqual({ code: 0, output: "done\n" });
  });

  it("reports what a listener throws as uncaught, and goes on", async () => {
    const script = `
      const texts = [];
      process.on("uncaughtException", (error) => texts.push(error.message));
      const host = start(() => { throw new Error("mine"); });
      host.create("Branch", "a", params)
        .then(() => host.release("a")).then(() => host.close())
        .then(() => console.log(texts.join()));`;
    expect(await run(script)).toEqual({ code: 0, output: "mine\n" });
  });

  it("works in worker threads, also when they are terminated", async () => {
    const script = `
      const { Worker } = require("node:worker_threads");
      const code = ${JSON.stringify(PRELUDE)} + \`
        const host = start();
        host.create("Branch", "a", params).then(() => require("node:worker_threads").parentPort.postMessage("made"));
        setInterval(() => {}, 1000);\`;
      (async () => {
        for (let round = 0; round < 4; ++round) {
          const workers = [0, 1].map(() => new Worker(code, { eval: true }));
          await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("message", resolve))));
          await Promise.all(workers.map((worker) => worker.terminate()));
        }
        console.log("done");
      })();`;
    expect(await run(script)).toEqual({ code: 0, output: "done\n" });
  });

  it("works beside a host of a worker thread in this process", async () => {
    const host = start();
    const worker = new Worker(
      `${PRELUDE} const host = start(); host.create("Branch", "a", params).then(() => host.close());`,
      { eval: true },
    );
    const [code] = (await once(worker, "exit")) as [number];
    expect(code).toBe(0);
    await host.create("Branch", "a", branch());
  });
});

describe("addonPath", () => {
  it("takes the folder that KMS_NATIVE_DIR names", () => {
    const before = process.env["KMS_NATIVE_DIR"];
    process.env["KMS_NATIVE_DIR"] = fileURLToPath(new URL("nowhere", import.meta.url));
    try {
      expect(() =>
        openHost({ ioThreads: [], networkInterfaces: [], onEvent: () => undefined }),
      ).toThrow(/nowhere.*core\.node cannot be loaded.*Build it with/s);
    } finally {
      if (before === undefined) delete process.env["KMS_NATIVE_DIR"];
      else process.env["KMS_NATIVE_DIR"] = before;
    }
  });
});

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

function deferred<T = unknown>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: (value) => resolve(value) };
}
