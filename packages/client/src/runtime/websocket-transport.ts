import { TransportEnds } from "@kms/jsonrpc";
import type { Transport } from "@kms/jsonrpc";

/** As much of a WebSocket as is used here: that of browsers, of Node >= 22 and of `ws` have it. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: (event: unknown) => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { code: number; reason: string }) => void,
  ): void;
}

/** Constructor of a WebSocket. */
export type WebSocketClass = new (url: string) => WebSocketLike;

/** The platform's own WebSocket, or that of `ws` where there is none (Node 20). */
export async function defaultWebSocketClass(): Promise<WebSocketClass> {
  const own = (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
  if (own !== undefined) return own;
  const { WebSocket } = await import("#ws");
  return WebSocket as unknown as WebSocketClass;
}

const normalClose = 1000;

class WebSocketTransport implements Transport {
  readonly #socket: WebSocketLike;
  readonly #ends = new TransportEnds();

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#onMessage(event.data));
    socket.addEventListener("close", (event) => this.#ends.closed(closeReason(event)));
    socket.addEventListener("error", (event) => this.#ends.closed(errorOf(event)));
  }

  send(text: string): void {
    if (!this.#ends.isClosed) this.#socket.send(text);
  }

  onMessage(listener: (text: string) => void): void {
    this.#ends.onMessage(listener);
  }

  onClose(listener: (error?: Error) => void): void {
    this.#ends.onClose(listener);
  }

  close(error?: Error): void {
    if (this.#ends.isClosed) return;
    this.#ends.closed(error);
    closeSocket(this.#socket, error !== undefined);
  }

  // An empty text is how Kurento acknowledges a notification: no message.
  #onMessage(data: unknown): void {
    if (this.#ends.isClosed || data === "") return;
    if (typeof data === "string") this.#ends.deliver(data);
    else this.close(new Error("server sent binary data"));
  }
}

/**
 * Opens a WebSocket.
 * @throws Error when it cannot be opened, the signal's reason when aborted
 */
export function openWebSocket(
  url: string,
  WebSocket: WebSocketClass,
  signal: AbortSignal,
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = new WebSocket(url);
    const transport = new WebSocketTransport(socket);
    const abort = (): void => transport.close(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    socket.addEventListener("open", () => {
      signal.removeEventListener("abort", abort);
      resolve(transport);
    });
    transport.onClose((error) => {
      signal.removeEventListener("abort", abort);
      reject(
        new Error(`Cannot connect to ${url}: ${error?.message ?? "closed"}`, { cause: error }),
      );
    });
  });
}

// A peer that does not answer would hold an orderly close back; `ws` can end at once.
function closeSocket(socket: WebSocketLike & { terminate?: () => void }, atOnce: boolean): void {
  if (atOnce && socket.terminate !== undefined) socket.terminate();
  else socket.close(normalClose);
}

function closeReason(event: { code: number; reason: string }): Error | undefined {
  if (event.code === normalClose) return undefined;
  return new Error(`WebSocket closed with code ${event.code} ${event.reason}`.trimEnd());
}

// Browsers say nothing about the cause, `ws` does.
function errorOf(event: unknown): Error {
  const { message } = event as { message?: unknown };
  return new Error(typeof message === "string" && message !== "" ? message : "WebSocket failed");
}
