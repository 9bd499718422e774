import { availableParallelism } from "node:os";

import type { ConfigTree, JsonValue, Logger } from "@kms/core";

import { ConfigurationError, isTree, mergeTrees } from "./config-files.js";
import { environmentTree } from "./environment.js";

/** Everything that can be set, with defaults filled in. */
export interface Settings {
  readonly websocket: WebSocketSettings;
  readonly resources: ResourceSettings;
  readonly workers: WorkerSettings;
  /** JSON text for `ServerManager.getMetadata`; empty when not set. */
  readonly metadata: string;
  /** The tree below `modules`, for the workers. */
  readonly modules: ConfigTree;
}

/** Where clients connect. */
export interface WebSocketSettings {
  /** 0 = the system chooses; `undefined` = no insecure listener. */
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
}

/** The TLS listener. */
export interface SecureSettings {
  readonly port: number;
  /** PEM file: certificate chain and key; relative to the configuration file. */
  readonly certificate: string;
  readonly password: string;
  readonly configPath: string;
}

/** Limits and times. */
export interface ResourceSettings {
  /** Fraction of the process limits (threads, files) above which nothing is created. */
  readonly exceptionLimit: number;
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
}

const mebibyte = 1024 * 1024;

/**
 * Derives the settings from the files' tree; the environment of Kurento's Docker image overrides the modules' settings.
 * @param workers number of workers asked for on the command line
 * @throws ConfigurationError naming a setting without which the server cannot start
 */
export function readSettings(
  files: ConfigTree,
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly workers: number | undefined; readonly log: Logger },
): Settings {
  const reader = new Reader(mergeTrees(files, { modules: environmentTree(env) }), options.log);
  const modules = reader.value("modules");
  const metadata = reader.value("metadata");
  return {
    websocket: readWebSocket(reader),
    resources: readResources(reader),
    workers: readWorkers(reader, options.workers),
    metadata: metadata === undefined ? "" : JSON.stringify(metadata),
    modules: isTree(modules) ? modules : {},
  };
}

function readWebSocket(reader: Reader): WebSocketSettings {
  const at = (key: string): string => `mediaServer.net.websocket.${key}`;
  const hasNet = reader.value("mediaServer.net") !== undefined;
  const port = reader.integer(at("port"), 0, 65535) ?? (hasNet ? undefined : 8888);
  const secure = readSecure(reader, at("secure"));
  if (port === undefined && secure === undefined)
    throw new ConfigurationError(`'${at("port")}' or '${at("secure.port")}' must be set`);
  return {
    port,
    address: reader.text(at("address")),
    ipv6: reader.flag(at("ipv6")) ?? true,
    path: (reader.text(at("path")) ?? "kurento").replace(/^\/+/, ""),
    backlog: reader.integer(at("connqueue"), 1, 65535) ?? 128,
    maxMessageBytes: reader.integer(at("maxMessageBytes"), 1024, 256 * mebibyte) ?? 8 * mebibyte,
    maxBufferedBytes:
      reader.integer(at("maxBufferedBytes"), 1024, 1024 * mebibyte) ?? 16 * mebibyte,
    secure,
  };
}

function readSecure(reader: Reader, at: string): SecureSettings | undefined {
  const port = reader.integer(`${at}.port`, 0, 65535);
  if (port === undefined || port === 0) return undefined;
  const certificate = reader.text(`${at}.certificate`);
  if (certificate === undefined)
    throw new ConfigurationError(`'${at}.certificate' must be set for a secure listener`);
  const configPath = reader.text("configPath") ?? process.cwd();
  return { port, certificate, password: reader.text(`${at}.password`) ?? "", configPath };
}

function readResources(reader: Reader): ResourceSettings {
  const at = (key: string): string => `mediaServer.resources.${key}`;
  return {
    exceptionLimit: reader.fraction(at("exceptionLimit")) ?? 0.8,
    garbageCollectorPeriodMs:
      1000 * (reader.integer(at("garbageCollectorPeriod"), 1, 86_400) ?? 240),
    disableRequestCache: reader.flag(at("disableRequestCache")) ?? false,
  };
}

function readWorkers(reader: Reader, asked: number | undefined): WorkerSettings {
  const cpus = availableParallelism();
  const minPort = reader.integer("modules.kurento.BaseRtpEndpoint.minPort", 1, 65535) ?? 40_000;
  const maxPort =
    reader.integer("modules.kurento.BaseRtpEndpoint.maxPort", 1, 65535) ??
    Math.max(minPort, 49_999);
  if (minPort > maxPort)
    throw new ConfigurationError(
      `'BaseRtpEndpoint.minPort' ${minPort} is above maxPort ${maxPort}`,
    );
  const interfaces = reader.text("modules.kurento.WebRtcEndpoint.networkInterfaces") ?? "";
  return {
    count: asked ?? reader.integer("mediaServer.workers.count", 0, 64) ?? defaultWorkers(cpus),
    ioThreads: reader.integer("mediaServer.workers.ioThreads", 1, 64) ?? cpus,
    minPort,
    maxPort,
    networkInterfaces: interfaces
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean),
  };
}

/** At least 2, so that one can die alone, where there are 2 CPUs to run them. */
function defaultWorkers(cpus: number): number {
  return Math.min(Math.max(cpus, 1), 4);
}

/** Reads values of the tree; one that does not fit is logged and counts as absent, as in Kurento. */
class Reader {
  readonly #tree: ConfigTree;
  readonly #log: Logger;

  constructor(tree: ConfigTree, log: Logger) {
    this.#tree = tree;
    this.#log = log;
  }

  value(path: string): JsonValue | undefined {
    let value: JsonValue | undefined = this.#tree;
    for (const key of path.split("."))
      value = isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return value;
  }

  text(path: string): string | undefined {
    const value = this.value(path);
    if (value === undefined || value === null || value === "") return undefined;
    return typeof value === "object" ? this.#refuse(path, "should be a text") : String(value);
  }

  integer(path: string, min: number, max: number): number | undefined {
    const text = this.text(path)?.trim();
    if (text === undefined) return undefined;
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max
      ? value
      : this.#refuse(path, `should be an integer from ${min} to ${max}`);
  }

  fraction(path: string): number | undefined {
    const text = this.text(path);
    if (text === undefined) return undefined;
    const value = Number(text);
    return value > 0 && value <= 1 ? value : this.#refuse(path, "should be above 0 and at most 1");
  }

  flag(path: string): boolean | undefined {
    const text = this.text(path);
    if (text === undefined) return undefined;
    if (text !== "true" && text !== "false") return this.#refuse(path, "should be true or false");
    return text === "true";
  }

  #refuse(path: string, why: string): undefined {
    this.#log.warning(`setting '${path}' ${why}; ignored`);
    return undefined;
  }
}
