/** A value that crosses into native code and back. */
export type NativeValue = null | boolean | number | bigint | string | Uint8Array | NativeValue[] | NativeMap;
export interface NativeMap {
  [name: string]: NativeValue;
}
export type Medium = "audio" | "video";
export interface HostOptions {
  ioThreads: { udpPort: number }[];
  networkInterfaces: string[];
  onEvent(objectId: string, type: string, data: NativeMap): void;
}
export interface NativeHost {
  loadModule(path: string): void;
  create(className: string, id: string, params: NativeMap): Promise<void>;
  invoke(id: string, method: string, args: NativeMap): Promise<NativeValue>;
  link(sinkId: string, medium: Medium, sourceId: string | null): Promise<void>;
  release(id: string): Promise<void>;
  graph(): Promise<NativeValue>;
  info(): Promise<NativeValue>;
  close(): Promise<void>;
}
