// The command-line tool and the C++ client against the real server, as their users run them.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWebm } from "./support/media.js";
import { Server } from "./support/server.js";

const BUILD = fileURLToPath(new URL("../../client/build/RelWithDebInfo/bin/", import.meta.url));

/** What a program printed and how it ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(join(BUILD, program), args, { stdio: ["ignore", "pipe", "pipe"] });
}

async function collect(child: ChildProcess): Promise<Ended> {
  let out = "";
  let err = "";
  child.stdout?.on("data", (data) => (out += String(data)));
  child.stderr?.on("data", (data) => (err += String(data)));
  await once(child, "close");
  return { code: child.exitCode, out: out.trim(), err: err.trim() };
}

describe("kms-call", () => {
  let server: Server;
  let uri: string;
  beforeAll(async () => {
    server = await Server.start();
    const path = join(server.folder, "clip.webm");
    await makeWebm({ path, seconds: 1, colour: 0xffff8000, frequency: 440 });
    uri = `file://${path}`;
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  /** All calls of a test share a session, as those of a shell script would. */
  function call(...args: readonly string[]): Promise<Ended> {
    return collect(start("kms-call", ["--url", server.url, "--session", "shell", ...args]));
  }

  async function ok(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await call(...args);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    return out;
  }

  it("creates, plays to the end and releases", async () => {
    expect(await ok("ping")).toBe("pong");
    const pipeline = await ok("create", "MediaPipeline");
    const player = await ok("create", "PlayerEndpoint", `mediaPipeline=${pipeline}`, `uri=${uri}`);
    expect(player.startsWith(`${pipeline}/`)).toBe(true);
    expect(JSON.parse(await ok("describe", player))).toMatchObject({ type: "PlayerEndpoint" });
    expect(await ok("invoke", player, "getUri", "--raw")).toBe(uri);

    const args = ["--url", server.url, "--session", "shell", "--count", "1", "watch"];
    const watching = start("kms-call", [...args, player, "EndOfStream"]);
    const ended = collect(watching);
    if (watching.stderr === null) throw new Error("no stderr");
    const [line] = (await once(createInterface(watching.stderr), "line")) as [string];
    expect(line).toBe(`watching ${player}`);
    expect(await ok("invoke", player, "play")).toBe("");
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      object: player,
      type: "EndOfStream",
      data: { source: player, type: "EndOfStream" },
    });

    expect(await ok("release", pipeline)).toBe("");
    const gone = await call("invoke", player, "play");
    expect(gone.code).toBe(1);
    expect(gone.err).toContain("40101 MEDIA_OBJECT_NOT_FOUND");
  });

  it("ends with the signal", async () => {
    const watching = start("kms-call", [
      ...["--url", server.url, "watch", "manager_ServerManager", "ObjectCreated"],
    ]);
    const ended = collect(watching);
    if (watching.stderr === null) throw new Error("no stderr");
    await once(createInterface(watching.stderr), "line");
    watching.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });

  it("tells the server's errors, wrong use and a missing server apart", async () => {
    const refused = await call("invoke", "nothing_kurento.MediaPipeline", "getName");
    expect(refused).toMatchObject({
      code: 1,
      err: "kms-call: 40101 MEDIA_OBJECT_NOT_FOUND: Object 'nothing_kurento.MediaPipeline' not found",
    });
    const unknown = await call("create", "Nothing");
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain("40108");
    const wrong = await call("create", "PlayerEndpoint", "url=x");
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain("there is no parameter 'url'");
    const absent = await collect(start("kms-call", ["--url", "ws://127.0.0.1:1/x", "ping"]));
    expect(absent).toMatchObject({
      code: 3,
      err: "kms-call: -32002 CONNECTION_CLOSED: Cannot connect to ws://127.0.0.1:1/x: Connection refused",
    });
  });

  it("is not needed: a C++ program does the same with the typed client", async () => {
    const played = await collect(start("kms-play", [server.url, uri]));
    expect(played).toMatchObject({ code: 0, err: "" });
    expect(played.out).toMatch(/^end of .*_kurento\.PlayerEndpoint$/);
    const failed = await collect(start("kms-play", [server.url, "file:///nothing.webm"]));
    expect(failed).toMatchObject({ code: 1 });
  });
});
