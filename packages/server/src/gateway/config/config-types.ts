import type { KurentoConfig } from "./module-config-types.js";

// The JSON Schema that checks configuration files is made of these interfaces. Where the name of a key is Kurento's, so
// are its meaning and its default.

/** What `kurento.conf.json` may hold, and, under `modules`, the files of the modules. */
export interface ConfigFile {
  /** Address of a JSON Schema, for editors. */
  readonly $schema?: string;
  /** Folder of the file, set when it is read: relative paths start there. */
  readonly configPath?: string;
  readonly mediaServer?: MediaServerConfig;
  /** What `ServerManager.getMetadata` answers, as JSON text. */
  readonly metadata?: FreeConfig;
  readonly modules?: ModulesConfig;
}

/** Settings of the server itself. */
export interface MediaServerConfig {
  readonly net?: NetConfig;
  readonly resources?: ResourcesConfig;
  readonly workers?: WorkersConfig;
}

/** How the server is reached; must hold `websocket` and nothing else. */
export interface NetConfig {
  readonly websocket?: WebSocketConfig;
}

/** WebSocket and HTTP. */
export interface WebSocketConfig {
  /**
   * Port for `ws://` and `http://`; 0 or none = no such listener. 8888 where `mediaServer.net` is missing.
   * @asType integer
   * @minimum 0
   * @maximum 65535
   */
  readonly port?: number;
  /** IP address that the insecure listener binds; all by default. */
  readonly address?: string;
  /** Binds `::` for IPv6 and IPv4, and falls back to IPv4 where there is no IPv6; true by default. */
  readonly ipv6?: boolean;
  /** Path of WebSockets, `kurento` by default. */
  readonly path?: string;
  /**
   * Without effect: one event loop serves all connections.
   * @asType integer
   * @minimum 1
   */
  readonly threads?: number;
  /**
   * Connections that may wait to be accepted, 128 by default.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly connqueue?: number;
  readonly secure?: SecureConfig;
  readonly registrar?: RegistrarConfig;
  /**
   * Largest message of a client in bytes, 8 MiB by default; not in Kurento.
   * @asType integer
   * @minimum 1024
   * @maximum 268435456
   */
  readonly maxMessageBytes?: number;
  /**
   * Output in bytes that may wait for one client before it is cut off, 16 MiB by default; not in Kurento.
   * @asType integer
   * @minimum 1024
   * @maximum 1073741824
   */
  readonly maxBufferedBytes?: number;
  /** Bearer token that clients must show; none = everybody may connect. Not in Kurento. */
  readonly token?: string;
  /** File that holds the token, relative to the configuration; instead of `token`. Not in Kurento. */
  readonly tokenFile?: string;
}

/** The TLS listener. */
export interface SecureConfig {
  /**
   * Port for `wss://` and `https://`; 0 or none = no such listener.
   * @asType integer
   * @minimum 0
   * @maximum 65535
   */
  readonly port?: number;
  /** PEM file with certificate, chain and key, relative to the configuration. */
  readonly certificate?: string;
  /** Password of the key. */
  readonly password?: string;
}

/** Where the server announces itself. */
export interface RegistrarConfig {
  /** `ws://` or `wss://` address of the registrar. */
  readonly address?: string;
  /** Host name of this server in the announcement, `localhost` by default. */
  readonly localAddress?: string;
}

/** Limits and times. */
export interface ResourcesConfig {
  /**
   * Share of the limits for threads and open files above which nothing is created, 0.8 by default.
   * @exclusiveMinimum 0
   * @maximum 1
   */
  readonly exceptionLimit?: number;
  /**
   * Share above which the server ends itself once no object is left.
   * @exclusiveMinimum 0
   * @maximum 1
   */
  readonly killLimit?: number;
  /**
   * Seconds, 240 by default.
   * @asType integer
   * @minimum 1
   * @maximum 86400
   */
  readonly garbageCollectorPeriod?: number;
  /** Turns the cache of responses off. */
  readonly disableRequestCache?: boolean;
}

/** Media workers; not in Kurento. */
export interface WorkersConfig {
  /**
   * Processes; 0 = media in the gateway. By default as many as CPUs, at most 4.
   * @asType integer
   * @minimum 0
   * @maximum 64
   */
  readonly count?: number;
  /**
   * I/O threads in each, by default as many as CPUs.
   * @asType integer
   * @minimum 1
   * @maximum 64
   */
  readonly ioThreads?: number;
}

/** Settings by module and class; modules of others are not checked. */
export interface ModulesConfig {
  readonly kurento?: KurentoConfig;
  readonly [module: string]: unknown;
}

/** An object that only its reader knows. */
export interface FreeConfig {
  readonly [key: string]: unknown;
}
