import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";

import { silentLogger } from "@kms/core";
import { ManualClock } from "@kms/core/jsonrpc";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { chained, selfSigned } from "../../testing/certificates.js";
import type { TestCertificate } from "../../testing/certificates.js";
import { TestClient } from "../../testing/test-client.js";
import { TestGateway } from "../../testing/test-gateway.js";
import { Certificate } from "./certificate.js";

let folder: string;
let first: TestCertificate;
let second: TestCertificate;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-tls-"));
  [first, second] = await Promise.all([selfSigned(folder, "first"), selfSigned(folder, "second")]);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

async function start(
  certificate: string,
  clock?: ManualClock,
  password?: string,
): Promise<TestGateway> {
  const secure = {
    port: await freePort(),
    certificate,
    ...(password !== undefined && { password }),
  };
  const given = clock && Object.assign(clock, { wallTimeMs: () => 0 });
  return TestGateway.start({
    mediaServer: { net: { websocket: { secure } } },
    ...(given && { clock: given }),
  });
}

/** Name in the certificate that new connections get. */
async function certificateName(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

describe("the TLS listener", () => {
  it("gives clients the whole chain", async () => {
    const { file, authority } = await chained(folder, "chained");
    await using server = await start(file);
    const client = await TestClient.open(`wss://localhost:${server.gateway.securePort}/kurento`, {
      ca: authority,
    });
    expect(await client.request("ping", {})).toMatchObject({ result: { value: "pong" } });
    client.terminate();
  });

  it("opens keys with the password", async () => {
    const { file } = await selfSigned(folder, "protected", "pass word");
    await using server = await start(file, undefined, "pass word");
    expect(await certificateName(server.gateway.securePort)).toBe("protected");
    await expect(start(file)).rejects.toThrow(`certificate ${file}: `);
  });

  it("refuses to start without a usable certificate", async () => {
    const mixed = join(folder, "mixed.pem");
    await writeFile(mixed, "no certificate");
    await expect(start(mixed)).rejects.toThrow(`certificate ${mixed}: `);
    await expect(start(join(folder, "missing.pem"))).rejects.toThrow("missing.pem: ENOENT");
  });

  it("takes a new certificate without dropping connections", async () => {
    const file = join(folder, "current.pem");
    await copyFile(first.file, file);
    const clock = new ManualClock();
    await using server = await start(file, clock);
    const { securePort } = server.gateway;
    const client = await TestClient.open(`wss://localhost:${securePort}/kurento`, {
      ca: first.authority,
    });
    await copyFile(second.file, file);
    expect(await certificateName(securePort)).toBe("first");
    clock.advance(5000);
    await expect.poll(() => certificateName(securePort)).toBe("second");
    expect(await client.request("ping", {})).toMatchObject({ result: { value: "pong" } });
    client.terminate();
  });
});

describe("a certificate file", () => {
  let clock: ManualClock;
  let errors: string[];
  let changes: number;

  beforeEach(() => {
    clock = new ManualClock();
    errors = [];
    changes = 0;
  });

  async function watch(file: string): Promise<Certificate> {
    const certificate = await Certificate.load({ port: 1, certificate: file, password: "" });
    const log = { ...silentLogger, error: (message: string) => void errors.push(message) };
    certificate.watch({ clock, log, onChanged: () => void (changes += 1) });
    return certificate;
  }

  /** One look at the file, until the next is due. */
  async function look(): Promise<void> {
    clock.advance(5000);
    await expect.poll(() => clock.pendingTimers).toBe(1);
  }

  it("that is broken is logged once, and leaves the old one in use", async () => {
    const file = join(folder, "watched.pem");
    await copyFile(first.file, file);
    const certificate = await watch(file);
    await look();
    await writeFile(file, "half a fi");
    await look();
    await look();
    expect([changes, errors]).toEqual([0, ["new certificate cannot be used, the old one stays"]]);
    await rm(file);
    await look();
    await copyFile(second.file, file);
    await look();
    expect([changes, errors.length]).toEqual([1, 1]);
    certificate.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
