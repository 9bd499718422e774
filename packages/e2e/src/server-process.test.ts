import { execFile } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { makeCertificate } from "./support/certificate.js";
import { kurento } from "./support/kurento.js";
import { Server, freePort } from "./support/server.js";

const run = promisify(execFile);
const main = fileURLToPath(import.meta.resolve("@kms/server/main"));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-process-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Status with which an upgrade is answered. */
async function upgradeStatus(url: string): Promise<number> {
  const socket = new WebSocket(url);
  socket.on("error", () => undefined);
  const opened = once(socket, "open").then(() => 101);
  const refused = once(socket, "unexpected-response").then(
    ([, response]) => (response as { statusCode: number }).statusCode,
  );
  const status = await Promise.race([opened, refused]);
  socket.terminate();
  return status;
}

/** Name in the certificate that a new connection gets. */
async function certificateName(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

/** The first message of the first client of a registrar. */
async function registration(registrar: WebSocketServer): Promise<unknown> {
  const [socket] = (await once(registrar, "connection")) as [WebSocket];
  const [data] = (await once(socket, "message")) as [Buffer];
  return JSON.parse(String(data));
}

// Node trusts a further certificate only from its start on, hence a process of its own.
const clientScript = `
  Object.defineProperty(require("node:domain"), "Domain", { value: undefined, configurable: true });
  require("kurento-client")(process.argv[1])
    .then((client) => client.create("MediaPipeline"))
    .then((pipeline) => pipeline.getName())
    .then((name) => { console.log(name); process.exit(0); }, (error) => { console.error(error); process.exit(1); });`;

describe("a server with TLS", () => {
  it("serves the unmodified client, and takes a new certificate without dropping it", async () => {
    const [certificate, other] = [join(folder, "first"), join(folder, "second")];
    await Promise.all([makeCertificate(certificate, "first"), makeCertificate(other, "second")]);
    const port = await freePort();
    const pem = await readFile(`${certificate}.pem`);
    const registrar = createServer({ cert: pem, key: pem }).listen(0, "127.0.0.1");
    const registered = registration(new WebSocketServer({ server: registrar }));
    await once(registrar, "listening");
    const server = await Server.start({
      websocket: {
        secure: { port, certificate: `${certificate}.pem` },
        registrar: { address: `wss://127.0.0.1:${(registrar.address() as AddressInfo).port}` },
      },
      args: ["--workers", "1"],
      env: { NODE_EXTRA_CA_CERTS: `${certificate}.crt` },
    });
    const url = `wss://localhost:${port}/kurento`;
    expect(await registered).toMatchObject({ method: "register", params: { ws: url } });
    const { stdout } = await run(process.execPath, ["-e", clientScript, url], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: { ...process.env, NODE_EXTRA_CA_CERTS: `${certificate}.crt` },
    });
    expect(stdout).toMatch(/kurento\.MediaPipeline/);
    const open = new WebSocket(url, { rejectUnauthorized: false });
    await once(open, "open");
    await copyFile(`${other}.pem`, `${certificate}.pem`);
    await server.printed("certificate reloaded");
    expect(await certificateName(port)).toBe("second");
    expect(open.readyState).toBe(WebSocket.OPEN);
    open.terminate();
    expect(await server.stop()).toBe(0);
    registrar.close();
  });
});

describe("a server with a token", () => {
  it("serves who shows it: the unmodified client, and Prometheus", async () => {
    const token = "0123456789abcdef";
    const server = await Server.start({ websocket: { token }, args: ["--workers", "1"] });
    expect(await upgradeStatus(server.url)).toBe(401);
    expect(await upgradeStatus(`${server.url}?access_token=guess`)).toBe(401);
    const client = await kurento(server.url, { access_token: token });
    await client.create("MediaPipeline");
    for (const [path, status] of [
      ["", 401],
      ["metrics", 401],
      ["healthz", 200],
      ["readyz", 200],
    ] as const)
      expect([path, (await fetch(`${server.pageUrl}${path}`)).status]).toEqual([path, status]);
    const headers = { Authorization: `Bearer ${token}` };
    const text = await (await fetch(`${server.pageUrl}metrics`, { headers })).text();
    expect(text).toContain('kms_requests_total{method="create",code="0"} 1\n');
    expect(text).toContain('kms_objects{type="kurento.MediaPipeline"} 1\n');
    expect(text).toContain('kms_worker_up{worker="0"} 1\n');
    expect(text).toContain('kms_connections_total{outcome="refused"} 2\n');
    expect(text).toMatch(/^kms_process_resident_memory_bytes\{process="worker 0"\} \d{7,}$/m);
    expect(text).toMatch(/^kms_request_duration_seconds_count\{method="create"\} 1$/m);
    client.close();
    expect(server.output).not.toContain(token);
    expect(await server.stop()).toBe(0);
  });
});

describe("a server's address", () => {
  it("includes IPv6, and is announced to the registrar", async () => {
    const registrar = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(registrar, "listening");
    const registered = registration(registrar);
    const { port } = registrar.address() as AddressInfo;
    const announce = { address: `ws://127.0.0.1:${port}`, localAddress: "media.example" };
    const server = await Server.start({
      websocket: { address: "", registrar: announce },
      args: ["--workers", "1"],
    });
    expect(await registered).toEqual({
      jsonrpc: "2.0",
      method: "register",
      params: { ws: `ws://media.example:${server.port}/kurento` },
    });
    expect(await upgradeStatus(`ws://[::1]:${server.port}/kurento`)).toBe(101);
    expect(await upgradeStatus(`ws://127.0.0.1:${server.port}/kurento`)).toBe(101);
    expect(await server.stop()).toBe(0);
    registrar.close();
  });
});

describe("a bad configuration", () => {
  /** Exit code and standard error of a server that should not start. */
  async function failure(name: string, text: string): Promise<{ code: number; stderr: string }> {
    const file = join(folder, name);
    await writeFile(file, text);
    const failed: unknown = await run(process.execPath, [main, "-f", file]).catch(
      (error: unknown) => error,
    );
    return failed as { code: number; stderr: string };
  }

  it("is logged with file, key and expected type where the server can do without", async () => {
    const server = await Server.start({
      websocket: { conqueue: 5 },
      mediaServer: { resources: { garbageCollectorPeriod: "soon" } },
      env: { KMS_MTU: "big" },
      args: ["--workers", "1"],
    });
    const file = join(server.folder, "kurento.conf.json");
    const unknown = `${file}: unknown key 'mediaServer.net.websocket.conqueue', did you mean 'connqueue'?`;
    const wrong = `${file}: 'mediaServer.resources.garbageCollectorPeriod' should be an integer from 1 to 86400, but is "soon"; ignored`;
    for (const text of [unknown, wrong, "KMS_MTU: 'modules.kurento.BaseRtpEndpoint.mtu' should be"])
      expect(server.output).toContain(text);
    expect(server.output).toContain("Loaded config in effect: {");
    expect(await server.stop()).toBe(0);
  });

  it("ends the start with 1 where the server cannot do without", async () => {
    const cases = [
      ["a.conf.json", '{"mediaServer":\n  nonsense}', "a.conf.json:2:3 a value was expected"],
      ["b.conf.xml", "<mediaServer>", "b.conf.xml:1:"],
      ["c.conf.ini", "[mediaServer.net.http]\nport=1", "'mediaServer.net' should hold 'websocket'"],
      [
        "d.conf.info",
        "mediaServer { net { websocket { port 1\n address everywhere\n } } }",
        "'mediaServer.net.websocket.address' should be an IP address, but is 'everywhere'",
      ],
    ] as const;
    const failures = await Promise.all(cases.map(([name, text]) => failure(name, text)));
    for (const [index, { code, stderr }] of failures.entries()) {
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^Error reading configuration: /m)]);
      expect(stderr).toContain(cases[index]?.[2]);
    }
  });
});
