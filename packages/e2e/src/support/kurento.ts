// The unmodified kurento-client 7.3.0 of npm, connected to a server under test.
import domain from "node:domain";
import { createRequire } from "node:module";
import type kurentoClient from "kurento-client";
import type {
  Callback,
  KurentoConnection,
  KurentoEvent,
  KurentoFailure,
  KurentoObject,
} from "kurento-client";

// On Node 20 its transactions call `domain.Domain` without `new` and throw; without that class it takes the way that it
// has for browsers.
Object.defineProperty(domain, "Domain", { value: undefined, configurable: true });

/** The client library itself, loaded as its users load it. */
export const kurento = createRequire(import.meta.url)("kurento-client") as typeof kurentoClient;

/** Connects a client; `await using` closes it. */
export async function connectClient(
  url: string,
  options?: object,
): Promise<KurentoConnection & AsyncDisposable> {
  const client = await kurento(url, options);
  return Object.assign(client, {
    [Symbol.asyncDispose]: async (): Promise<void> => {
      client.close();
    },
  });
}

/**
 * A connected client beside its `origin`: only that one knows the session's id and hears of reconnections. It is
 * thenable, so it cannot be what a promise resolves with.
 */
export interface OpenClient extends AsyncDisposable {
  readonly client: KurentoConnection;
  readonly origin: KurentoConnection;
}

/** As {@link connectClient}, with the original object. */
export async function openClient(url: string, options?: object): Promise<OpenClient> {
  const origin = kurento(url, options);
  const client = await origin;
  return { client, origin, [Symbol.asyncDispose]: async () => origin.close() };
}

/** Resolves at the next reconnection: whether the session is still the same. */
export function reconnection({ origin }: OpenClient): Promise<boolean> {
  return new Promise((resolve) => origin.once("reconnected", resolve));
}

/** Makes a call with a callback and gives the error that it fails with. */
export function failure(call: (callback: Callback) => unknown): Promise<KurentoFailure> {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error === null || error === undefined)
        reject(new Error(`the call should fail, but gave ${JSON.stringify(result)}`));
      else resolve(error);
    });
  });
}

/** Makes a call with a callback and gives its result. */
export function success<Result>(call: (callback: Callback<Result>) => unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error === null || error === undefined) resolve(result as Result);
      else reject(error);
    });
  });
}

/** Resolves with the first `event` of `element` for which `matches` holds. */
export function nextEvent(
  element: KurentoObject,
  event: string,
  matches: (data: KurentoEvent) => boolean = (): boolean => true,
): Promise<KurentoEvent> {
  return new Promise((resolve) => {
    element.on(event, (data) => {
      if (matches(data)) resolve(data);
    });
  });
}

/**
 * Resolves when the subscriptions that `nextEvent` made before stand. The client sends them by itself, a moment later; a
 * connection is answered in order, so two calls after each other come behind them.
 */
export async function subscribed(element: KurentoObject): Promise<void> {
  await element.getName();
  await element.getName();
}
