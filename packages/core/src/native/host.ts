/** What TypeScript knows of native code: objects with ids, made by class name, joined by links. */

/** A value that crosses into native code and back. Integers are numbers where exact, else bigints. */
export type NativeValue =
  null | boolean | number | bigint | string | Uint8Array | NativeValue[] | NativeMap;

/** Values by name. */
export interface NativeMap {
  [name: string]: NativeValue;
}

/** The media that links carry. */
export type Medium = "audio" | "video" | "data";

/** How a host is opened. */
export interface HostOptions {
  /** One entry per I/O thread; port 0 or none = any. */
  ioThreads: { udpPort: number; tcpPort?: number }[];
  /** Names; none = all but loopback, which is used only if it is named or there is no other. */
  networkInterfaces: string[];
  /** PEM texts with certificate and key for DTLS; what is absent is made. */
  certificates?: { rsa?: string; ecdsa?: string };
  /** Events of all objects, in order; never before the `create` of that object resolved. */
  onEvent(objectId: string, type: string, data: NativeMap): void;
}

/** The native side of a worker. Rejections carry Kurento's `code` where there is one. */
export interface NativeHost {
  /** Loads a module's shared object. @throws Error naming the path */
  loadModule(path: string): void;
  /** Makes the elements of a GStreamer plugin known to this process. @throws Error with `code` 40108 naming the path */
  loadPlugin(path: string): void;
  create(className: string, id: string, params: NativeMap): Promise<void>;
  invoke(id: string, method: string, args: NativeMap): Promise<NativeValue>;
  /** Gives the sink this source for the medium, in place of the one before; null = none. */
  link(sinkId: string, medium: Medium, sourceId: string | null): Promise<void>;
  /** Resolves when everything native of the object is gone; unknown ids are no error. */
  release(id: string): Promise<void>;
  /** `[{sink, medium, source, kind: "route" | "frames", elements: [...]}]` */
  graph(): Promise<NativeValue>;
  /** `{udpPorts: [...], tcpPorts: [...], counters: [one map for each I/O thread, `dropped` by reason]}` */
  info(): Promise<NativeValue>;
  close(): Promise<void>;
}
