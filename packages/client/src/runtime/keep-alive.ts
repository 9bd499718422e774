import type { Clock, Peer } from "@kms/jsonrpc";

/** How a connection is kept and watched. */
export interface KeepAliveOptions {
  /** Pause between a `ping`'s answer and the next. */
  readonly intervalMs: number;
  /** Time for its answer; beyond, the connection is taken for dead. */
  readonly timeoutMs: number;
}

/** Pings until the connection closes, and closes it when no answer comes. */
export function keepAlive(peer: Peer, clock: Clock, options: KeepAliveOptions): void {
  let cancel = (): void => undefined;
  const schedule = (): void => {
    if (!peer.signal.aborted) cancel = clock.after(options.intervalMs, ping);
  };
  const ping = (): void => {
    peer.request("ping", {}, { timeoutMs: options.timeoutMs }).then(schedule, (error: Error) => {
      peer.close(new Error(`no answer to ping: ${error.message}`, { cause: error }));
    });
  };
  peer.signal.addEventListener("abort", () => cancel(), { once: true });
  schedule();
}
