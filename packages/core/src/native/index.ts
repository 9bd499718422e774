// @kms/core/native: loads the addon. Only media workers import this.
import { loadAddon } from "./addon.js";
import type { HostOptions, NativeHost } from "./host.js";

export { openNativeLog } from "./log.js";
export type { NativeLog, NativeLogOptions } from "./log.js";
export type { HostOptions, Medium, NativeHost, NativeMap, NativeValue } from "./host.js";

/**
 * Opens a native host: I/O threads with their sockets, the GStreamer runtime and the registry of native objects. Close
 * it when it is no longer needed; a process that ends closes it as well.
 * @throws Error when the addon cannot be loaded; Error with `code` 40009 when a port is taken, 40001 for bad options
 */
export function openHost(options: HostOptions): NativeHost {
  const { onEvent, ...settings } = options;
  return loadAddon().open(settings, (objectId, type, data) => onEvent(objectId, type, data));
}

/**
 * Gives the system back what malloc keeps for later, of all threads; threads that allocate meanwhile may wait for some
 * milliseconds.
 */
export function trimMemory(): void {
  loadAddon().trimMemory();
}
