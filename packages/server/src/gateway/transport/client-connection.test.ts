import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";

import { silentLogger } from "@kms/core";
import type { WebSocket } from "ws";
import { describe, expect, it } from "vitest";

import { ClientConnection } from "./client-connection.js";

/** A socket that shows whether it is read. */
class FakeSocket extends EventEmitter {
  isPaused = false;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

describe("a client that sends faster than it is answered", () => {
  const mebibyte = 1024 * 1024;

  it.each([
    ["many small texts", 300, 2],
    ["a few large texts", 6, 4 * mebibyte],
  ])("is not read on while %s wait", async (_, count, size) => {
    const socket = new FakeSocket();
    const handled: (() => void)[] = [];
    void new ClientConnection(socket as unknown as WebSocket, new PassThrough(), {
      handle: () => new Promise<void>((resolve) => void handled.push(resolve)),
      onClosed: () => undefined,
      onCutOff: () => undefined,
      maxBufferedBytes: 1,
      log: silentLogger,
    });
    for (let index = 0; index < count; index++) socket.emit("message", Buffer.alloc(size, 32));
    expect(socket.isPaused).toBe(true);
    for (let done = 0; done < count; done++) {
      await expect.poll(() => handled.length, { interval: 0 }).toBe(done + 1);
      handled[done]?.();
    }
    await expect.poll(() => socket.isPaused).toBe(false);
  });
});
