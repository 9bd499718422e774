import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { isAbsolute, join } from "node:path";
import process from "node:process";

import type { ConfigTree, JsonValue } from "@kms/core";

import type {
  ConfigFile,
  RegistrarConfig,
  ResourcesConfig,
  SecureConfig,
  WebSocketConfig,
} from "./config-types.js";
import { ConfigurationError } from "./configuration-error.js";
import { readMediaCertificates } from "./media-certificates.js";
import type { MediaCertificates } from "./media-certificates.js";

/** Everything that can be set, with defaults filled in. */
export interface Settings {
  readonly websocket: WebSocketSettings;
  readonly registrar: RegistrarSettings | undefined;
  readonly resources: ResourceSettings;
  readonly workers: WorkerSettings;
  /** JSON text for `ServerManager.getMetadata`; empty when not set. */
  readonly metadata: string;
  /** The tree below `modules`, for the workers. */
  readonly modules: ConfigTree;
}

/** Where clients connect. */
export interface WebSocketSettings {
  /** `undefined` = no insecure listener; 0, which no file can ask for, = any free port. */
  readonly port: number | undefined;
  readonly address: string | undefined;
  readonly ipv6: boolean;
  /** Without leading slash. */
  readonly path: string;
  readonly backlog: number;
  readonly maxMessageBytes: number;
  /** Output that may wait for one client before it is cut off. */
  readonly maxBufferedBytes: number;
  readonly secure: SecureSettings | undefined;
  /** What clients must show; `undefined` = nothing. */
  readonly token: string | undefined;
}

/** The TLS listener. */
export interface SecureSettings {
  readonly port: number;
  /** PEM file: certificate, chain and key. */
  readonly certificate: string;
  readonly password: string;
}

/** Where the server announces itself. */
export interface RegistrarSettings {
  /** `ws://` or `wss://` */
  readonly address: string;
  readonly localAddress: string;
}

/** Limits and times. */
export interface ResourceSettings {
  /** Fraction of the process limits (threads, files) above which nothing is created. */
  readonly exceptionLimit: number;
  /** Fraction above which the server ends itself once it has no objects. */
  readonly killLimit: number | undefined;
  readonly garbageCollectorPeriodMs: number;
  readonly disableRequestCache: boolean;
}

/** Media workers and their ports. */
export interface WorkerSettings {
  /** 0 = in this process. */
  readonly count: number;
  readonly ioThreads: number;
  /** UDP ports for media, both included. */
  readonly minPort: number;
  readonly maxPort: number;
  /** Names of interfaces to offer candidates on; none = all. */
  readonly networkInterfaces: readonly string[];
  readonly certificates: MediaCertificates;
}

const mebibyte = 1024 * 1024;
const defaultPort = 8888;

/**
 * Derives the settings from a checked configuration.
 * @param workers number of workers asked for on the command line
 * @throws ConfigurationError naming a setting with which the server cannot start
 */
export function readSettings(
  config: ConfigFile,
  options: { readonly workers?: number | undefined } = {},
): Settings {
  const { mediaServer = {}, metadata, modules = {} } = config;
  const websocket = readNet(mediaServer.net);
  const configPath = config.configPath ?? process.cwd();
  return {
    websocket: readWebSocket(websocket, configPath),
    registrar: readRegistrar(websocket.registrar),
    resources: readResources(mediaServer.resources ?? {}),
    workers: readWorkers(config, options.workers),
    metadata: metadata === undefined ? "" : JSON.stringify(metadata),
    modules: treeOf(modules),
  };
}

const at = (key: string): string => `mediaServer.net.websocket.${key}`;

function readNet(net: object | undefined): WebSocketConfig {
  if (net === undefined) return { port: defaultPort };
  const [transport, ...others] = Object.keys(net);
  if (transport !== "websocket" || others.length > 0)
    throw new ConfigurationError("'mediaServer.net' should hold 'websocket' and nothing else");
  return (net as { readonly websocket: WebSocketConfig }).websocket;
}

function readWebSocket(config: WebSocketConfig, configPath: string): WebSocketSettings {
  const port = config.port === 0 ? undefined : config.port;
  const secure = readSecure(config.secure ?? {}, configPath);
  if (port === undefined && secure === undefined)
    throw new ConfigurationError(`'${at("port")}' or '${at("secure.port")}' must be set`);
  const path = filled(config.path) ?? "kurento";
  return {
    port,
    address: readAddress(config.address),
    ipv6: config.ipv6 ?? true,
    path: path.replace(/^\/+/, ""),
    backlog: config.connqueue ?? 128,
    maxMessageBytes: config.maxMessageBytes ?? 8 * mebibyte,
    maxBufferedBytes: config.maxBufferedBytes ?? 16 * mebibyte,
    secure,
    token: readToken(config, configPath),
  };
}

function readAddress(address: string | undefined): string | undefined {
  const given = filled(address);
  if (given !== undefined && isIP(given) === 0)
    throw new ConfigurationError(`'${at("address")}' should be an IP address, but is '${given}'`);
  return given;
}

function readSecure(config: SecureConfig, configPath: string): SecureSettings | undefined {
  const { port = 0, password = "" } = config;
  if (port === 0) return undefined;
  const certificate = filled(config.certificate);
  if (certificate === undefined)
    throw new ConfigurationError(`'${at("secure.certificate")}' must be set for a secure listener`);
  return { port, certificate: below(configPath, certificate), password };
}

function readToken(config: WebSocketConfig, configPath: string): string | undefined {
  if (config.token !== undefined && config.tokenFile !== undefined)
    throw new ConfigurationError(
      `only one of '${at("token")}' and '${at("tokenFile")}' can be set`,
    );
  if (config.token !== undefined) return checkToken(config.token, at("token"));
  if (config.tokenFile === undefined) return undefined;
  const file = below(configPath, config.tokenFile);
  return checkToken(readText(file).trim(), `${at("tokenFile")}' ${file}'`);
}

// RFC 6750, 2.1: what a bearer token may consist of.
function checkToken(token: string, name: string): string {
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token))
    throw new ConfigurationError(`'${name}' should hold a token of letters, digits and -._~+/`);
  return token;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`'${at("tokenFile")}': ${problem}`, { cause: error });
  }
}

function readRegistrar(config: RegistrarConfig = {}): RegistrarSettings | undefined {
  const address = filled(config.address);
  if (address === undefined) return undefined;
  const protocol = URL.canParse(address) ? new URL(address).protocol : "";
  if (protocol !== "ws:" && protocol !== "wss:")
    throw new ConfigurationError(
      `'${at("registrar.address")}' should be a ws:// or wss:// address, but is '${address}'`,
    );
  return { address, localAddress: filled(config.localAddress) ?? "localhost" };
}

function readResources(config: ResourcesConfig): ResourceSettings {
  return {
    exceptionLimit: config.exceptionLimit ?? 0.8,
    killLimit: config.killLimit,
    garbageCollectorPeriodMs: 1000 * (config.garbageCollectorPeriod ?? 240),
    disableRequestCache: config.disableRequestCache ?? false,
  };
}

function readWorkers(
  { configPath, mediaServer, modules }: ConfigFile,
  asked?: number,
): WorkerSettings {
  const { BaseRtpEndpoint = {}, WebRtcEndpoint = {} } = modules?.kurento ?? {};
  const cpus = availableParallelism();
  const minPort = BaseRtpEndpoint.minPort ?? 40_000;
  const maxPort = BaseRtpEndpoint.maxPort ?? Math.max(minPort, 49_999);
  if (minPort > maxPort)
    throw new ConfigurationError(
      `'modules.kurento.BaseRtpEndpoint.minPort' ${minPort} is above maxPort ${maxPort}`,
    );
  const interfaces = (WebRtcEndpoint.networkInterfaces ?? "").split(",");
  return {
    count: asked ?? mediaServer?.workers?.count ?? defaultWorkers(cpus),
    ioThreads: mediaServer?.workers?.ioThreads ?? cpus,
    minPort,
    maxPort,
    networkInterfaces: interfaces.map((name) => name.trim()).filter(Boolean),
    certificates: readMediaCertificates(WebRtcEndpoint, configPath ?? process.cwd()),
  };
}

/** At least 2, so that one can die alone, where there are 2 CPUs to run them. */
function defaultWorkers(cpus: number): number {
  return Math.min(Math.max(cpus, 1), 4);
}

function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function below(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

// What is configured came from JSON values, and was only looked at since.
function treeOf(modules: object): ConfigTree {
  return modules as Readonly<Record<string, JsonValue>>;
}
