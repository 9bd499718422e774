// A forward proxy of the worker's own that reaches public addresses only. Players read through it, so whatever they are
// redirected to is looked at as well, at the moment of connecting.
import type { ObjectContext } from "@kms/core";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, isIP } from "node:net";
import type { AddressInfo, LookupFunction, Socket } from "node:net";
import { pipeline } from "node:stream";
import type { Duplex } from "node:stream";
import { PrivateHostError, isPublic, lookupPublic } from "./public-addresses.js";

/** Headers between a client and its proxy alone (RFC 9110 7.6.1). */
const HOP_BY_HOP = ["connection", "proxy-connection", "keep-alive", "te", "trailer", "upgrade"];

/** What a guard lets through. */
export interface GuardOptions {
  /** For numeric addresses. */
  readonly isAllowed: (address: string) => boolean;
  /** For names; fails with {@link PrivateHostError} where they must not be reached. */
  readonly lookup: LookupFunction;
}

const publicOnly: GuardOptions = { isAllowed: isPublic, lookup: lookupPublic };
const guards = new WeakMap<object, Promise<string>>();

/** URI of the proxy of this worker; it listens as long as the worker lives. */
export function httpGuard(context: ObjectContext): Promise<string> {
  const known = guards.get(context.host);
  if (known !== undefined) return known;
  const made = startHttpGuard(publicOnly);
  guards.set(context.host, made);
  return made;
}

/** Listens on the loopback interface. @returns the proxy's URI */
export async function startHttpGuard(options: GuardOptions): Promise<string> {
  const server = createServer((request, response) => forward(options, request, response));
  server.on("connect", (request: IncomingMessage, client: Duplex) =>
    tunnel(options, request.url ?? "", client),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function refuses({ isAllowed }: GuardOptions, host: string): boolean {
  return isIP(host) !== 0 && !isAllowed(host);
}

function forward(options: GuardOptions, request: IncomingMessage, response: ServerResponse): void {
  const url = URL.parse(request.url ?? "");
  if (url?.protocol !== "http:") return void response.writeHead(400).end();
  if (refuses(options, bare(url.hostname))) return void response.writeHead(403).end();
  const headers = Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.includes(name));
  const call = httpRequest(url, {
    method: request.method ?? "GET",
    headers: Object.fromEntries(headers),
    agent: false,
    lookup: options.lookup,
  });
  call.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => undefined);
  });
  call.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(error instanceof PrivateHostError ? 403 : 502).end();
  });
  response.on("close", () => call.destroy());
  request.pipe(call);
}

function tunnel(options: GuardOptions, target: string, client: Duplex): void {
  client.on("error", () => undefined);
  const { hostname = "", port = "" } = URL.parse(`https://${target}`) ?? {};
  if (hostname === "" || refuses(options, bare(hostname))) return refuse(client, 403);
  const { lookup } = options;
  const remote: Socket = connect({ host: bare(hostname), port: Number(port) || 443, lookup });
  let isOpen = false;
  remote.on("connect", () => {
    isOpen = true;
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    client.pipe(remote).pipe(client);
  });
  remote.on("error", (error) => {
    if (isOpen) client.destroy();
    else refuse(client, error instanceof PrivateHostError ? 403 : 502);
  });
  client.on("close", () => remote.destroy());
}

function refuse(client: Duplex, status: number): void {
  client.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`);
}

/** A host as it is written in a URL, without the brackets of IPv6. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
