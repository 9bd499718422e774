// The process's log as native code sees it: GStreamer's and GLib's lines, and those of JavaScript beside them.
import { loadAddon } from "./addon.js";

/** Where the lines of a process go. */
export interface NativeLogOptions {
  /** File descriptor (pipe or socket) to write to, taken over; without it a pipe is made, whose other end is `readFd`. */
  readonly fd?: number;
  /** Whether severities are coloured. */
  readonly isColored: boolean;
}

/** The log of this process. */
export interface NativeLog {
  /** End of the pipe that was made; `undefined` when a descriptor was given. */
  readonly readFd: number | undefined;
  /** Sends whole lines; never waits, never throws. What the reader does not take is bounded; what is dropped is counted. */
  write(lines: string): void;
  /** Waits until the kernel has all lines, at most `timeoutMs`, and ends the stream; lines that still come are dropped. */
  close(timeoutMs: number): void;
}

/**
 * Sends what GStreamer and GLib log there, in the format of the server's lines, instead of standard error. To be called
 * before a native host is opened, as levels are read (from GST_DEBUG) when GStreamer starts.
 * @throws Error when the addon cannot be loaded, or the log of the process is open already
 */
export function openNativeLog({ fd, isColored }: NativeLogOptions): NativeLog {
  const addon = loadAddon();
  const readFd = addon.openLog(fd ?? -1, isColored);
  return {
    readFd: fd === undefined ? readFd : undefined,
    write: (lines) => addon.writeLog(lines),
    close: (timeoutMs) => addon.closeLog(timeoutMs),
  };
}
