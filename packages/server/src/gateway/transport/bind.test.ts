import { EventEmitter, once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, ListenOptions, Server } from "node:net";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { bind } from "./bind.js";

/** A server on a system where some hosts cannot be bound. */
class LimitedServer extends EventEmitter {
  readonly tried: ListenOptions[] = [];
  readonly #failures: Readonly<Record<string, string>>;

  constructor(failures: Readonly<Record<string, string>>) {
    super();
    this.#failures = failures;
  }

  listen(options: ListenOptions): void {
    this.tried.push(options);
    const code = this.#failures[options.host ?? ""];
    const error = Object.assign(new Error(code), { code });
    queueMicrotask(() => (code === undefined ? this.emit("listening") : this.emit("error", error)));
  }
}

const options = { port: 7, address: undefined, ipv6: true, backlog: 5 };

async function hosts(failures: Record<string, string>, other = {}): Promise<unknown[]> {
  const server = new LimitedServer(failures);
  await bind(server as unknown as Server, { ...options, ...other });
  return server.tried.map(({ host }) => host);
}

describe("binding", () => {
  it("takes IPv6 and IPv4, with the backlog", async () => {
    const server = new LimitedServer({});
    await bind(server as unknown as Server, options);
    expect(server.tried).toEqual([{ port: 7, host: "::", backlog: 5 }]);
  });

  it.each(["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"])("falls back to IPv4 on %s", async (code) => {
    expect(await hosts({ "::": code })).toEqual(["::", "0.0.0.0"]);
  });

  it("does not fall back when the port is taken", async () => {
    await expect(hosts({ "::": "EADDRINUSE" })).rejects.toThrow("EADDRINUSE");
  });

  it("keeps to IPv4, or to an address, when told so", async () => {
    expect(await hosts({}, { ipv6: false })).toEqual(["0.0.0.0"]);
    expect(await hosts({}, { address: "::1" })).toEqual(["::1"]);
  });
});

describe("a bound server", () => {
  let server: Server;

  beforeEach(() => {
    server = createServer((socket) => socket.end("hello"));
  });
  afterEach(() => {
    server.close();
  });

  it.each(["127.0.0.1", "::1"])("is reached at %s", async (host) => {
    await bind(server, { ...options, port: 0 });
    const socket = connect((server.address() as AddressInfo).port, host);
    expect(String((await once(socket, "data"))[0])).toBe("hello");
    socket.destroy();
  });
});
