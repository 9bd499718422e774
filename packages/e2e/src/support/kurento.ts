// The unmodified kurento-client 7.3.0 of npm, connected to a server under test.
import domain from "node:domain";
import { createRequire } from "node:module";
import type kurentoClient from "kurento-client";
import type { KurentoConnection, KurentoElement, KurentoEvent } from "kurento-client";

// On Node 20 its transactions call `domain.Domain` without `new` and throw; without that class it takes the way that it
// has for browsers.
Object.defineProperty(domain, "Domain", { value: undefined, configurable: true });

/** The client library itself, loaded as its users load it. */
export const kurento = createRequire(import.meta.url)("kurento-client") as typeof kurentoClient;

/** Connects a client; `await using` closes it. */
export async function connectClient(url: string): Promise<KurentoConnection & AsyncDisposable> {
  const client = await kurento(url);
  return Object.assign(client, {
    [Symbol.asyncDispose]: async (): Promise<void> => {
      client.close();
    },
  });
}

/** Resolves with the first `event` of `element` for which `matches` holds. */
export function nextEvent(
  element: KurentoElement,
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
export async function subscribed(element: KurentoElement): Promise<void> {
  await element.getName();
  await element.getName();
}
