import { once } from "node:events";
import { createServer, connect as connectSocket } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { Peer } from "../peer/peer.js";
import { encodeFrame, FrameDecoder, FrameError } from "./frame.js";
import { FramedTransport } from "./framed-transport.js";
import { memoryTransportPair } from "./memory-transport.js";
import type { Transport } from "./transport.js";

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const left = connectSocket((server.address() as AddressInfo).port, "127.0.0.1");
  const [right] = (await once(server, "connection")) as [Socket];
  server.close();
  sockets.push(left, right);
  return [left, right];
}

function closed(transport: Transport): Promise<Error | undefined> {
  return new Promise((resolve) => transport.onClose(resolve));
}

function received(transport: Transport, count: number): Promise<string[]> {
  const texts: string[] = [];
  return new Promise((resolve) => {
    transport.onMessage((text) => {
      if (texts.push(text) === count) resolve(texts);
    });
  });
}

describe("FrameDecoder", () => {
  const texts = ["", "a", "é\u0000日本", "x".repeat(300), '{"a":1}'];
  const stream = Buffer.concat(texts.map((text) => encodeFrame(text)));

  it.each([1, 2, 3, 4, 5, 7, 64, stream.length])(
    "reads all texts from pieces of %i bytes",
    (size) => {
      const decoder = new FrameDecoder();
      const read: string[] = [];
      for (let at = 0; at < stream.length; at += size)
        read.push(...decoder.push(stream.subarray(at, at + size)));
      expect(read).toEqual(texts);
      expect(decoder.isAtBoundary).toBe(true);
    },
  );

  it("knows that it is within a frame", () => {
    const decoder = new FrameDecoder();
    expect([...decoder.push(stream.subarray(0, 2))]).toEqual([]);
    expect(decoder.isAtBoundary).toBe(false);
    expect([...decoder.push(stream.subarray(2, 8))]).toEqual([""]);
    expect(decoder.isAtBoundary).toBe(false);
  });

  it("refuses a length beyond the maximum before any of its bytes come", () => {
    expect(() => [...new FrameDecoder(10).push(Buffer.from([0, 0, 0, 11]))]).toThrow(
      "frame of 11 bytes is longer than 10",
    );
    expect(() => [...new FrameDecoder().push(Buffer.from([255, 255, 255, 255]))]).toThrow(
      FrameError,
    );
  });

  it("refuses what is not UTF-8", () => {
    expect(() => [...new FrameDecoder().push(Buffer.from([0, 0, 0, 1, 0xff]))]).toThrow(
      "frame is not valid UTF-8",
    );
  });

  it("counts bytes, not characters", () => {
    expect(() => encodeFrame("ééé", 5)).toThrow("frame of 6 bytes is longer than 5");
    expect(encodeFrame("ééé", 6).length).toBe(10);
  });
});

describe("FramedTransport", () => {
  it("carries a peer's calls over a socket", async () => {
    const [left, right] = await socketPair();
    const caller = new Peer(new FramedTransport(left));
    new Peer(new FramedTransport(right)).handle("echo", (params) => params);
    const long = "ü".repeat(1_000_000);
    expect(
      await Promise.all([caller.request("echo", [long]), caller.request("echo", [1])]),
    ).toEqual([[long], [1]]);
    caller.close();
  });

  it("writes the frames of one turn at once", async () => {
    const writes: string[] = [];
    const stream = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        writes.push(chunk.toString());
        done();
      },
    });
    const transport = new FramedTransport(stream);
    for (const text of ["one", "two"]) transport.send(text);
    expect(transport.bufferedBytes).toBe(14);
    await new Promise((resolve) => setImmediate(resolve));
    expect(writes).toEqual(["\0\0\0\x03one\0\0\0\x03two"]);
    expect(transport.bufferedBytes).toBe(0);
  });

  it("delivers what was sent before a close in order", async () => {
    const [left, right] = await socketPair();
    const sender = new FramedTransport(left);
    const receiver = new FramedTransport(right);
    const texts = received(receiver, 2);
    sender.send("one");
    sender.send("two");
    sender.close();
    sender.send("after close");
    expect(await texts).toEqual(["one", "two"]);
    expect(await closed(receiver)).toBeUndefined();
    expect(await closed(sender)).toBeUndefined();
  });

  it("closes with an error on an oversized frame", async () => {
    const [left, right] = await socketPair();
    const receiver = new FramedTransport(right, { maxFrameBytes: 100 });
    receiver.onMessage(() => undefined);
    new FramedTransport(left).send("x".repeat(101));
    expect(await closed(receiver)).toMatchObject({
      message: "frame of 101 bytes is longer than 100",
    });
    expect(right.destroyed).toBe(true);
  });

  it("closes with an error when told to send an oversized text", async () => {
    const [left] = await socketPair();
    const sender = new FramedTransport(left, { maxFrameBytes: 100 });
    sender.send("x".repeat(101));
    expect(await closed(sender)).toBeInstanceOf(FrameError);
  });

  it("closes with an error when the stream ends within a frame", async () => {
    const [left, right] = await socketPair();
    const receiver = new FramedTransport(right);
    receiver.onMessage(() => undefined);
    left.end(Buffer.from([0, 0, 0, 9, 65]));
    expect(await closed(receiver)).toMatchObject({ message: "connection ended within a frame" });
  });

  it("closes with an error when the peer does not read", () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const sender = new FramedTransport(stream, { maxBufferedBytes: 1000 });
    let error: Error | undefined;
    sender.onClose((reason) => {
      error = reason;
    });
    for (let count = 0; count < 2000 && error === undefined; count += 1) sender.send("x");
    expect(error?.message).toMatch(/^peer reads too slowly/);
    expect(stream.destroyed).toBe(true);
  });

  it("passes the stream's error on, and ends at once after a second close with an error", async () => {
    const stream = new PassThrough();
    const transport = new FramedTransport(stream);
    const ended = closed(transport);
    stream.destroy(new Error("reset"));
    expect(await ended).toMatchObject({ message: "reset" });
    const other = new PassThrough();
    const second = new FramedTransport(other);
    second.close();
    second.close(new Error("now"));
    expect(other.destroyed).toBe(true);
  });

  it("delivers nothing after close, and lets a listener's own error through", () => {
    const stream = new PassThrough();
    const transport = new FramedTransport(stream);
    const seen: string[] = [];
    transport.onMessage((text) => {
      seen.push(text);
      if (text === "fail") throw new Error("listener");
      transport.close();
    });
    expect(() => stream.emit("data", encodeFrame("fail"))).toThrow("listener");
    stream.emit("data", Buffer.concat([encodeFrame("one"), encodeFrame("two")]));
    expect(seen).toEqual(["fail", "one"]);
  });
});

describe("memory transport", () => {
  it("keeps texts for a late listener, in order, and closes both ends", async () => {
    const [left, right] = memoryTransportPair();
    left.send("one");
    left.send("two");
    await Promise.resolve();
    expect(await received(right, 2)).toEqual(["one", "two"]);
    left.close();
    left.close();
    left.send("late");
    expect(await closed(right)).toBeUndefined();
    right.send("late");
  });

  it("drops texts that arrive after the close", async () => {
    const [left, right] = memoryTransportPair();
    const seen: string[] = [];
    right.onMessage((text) => seen.push(text));
    left.send("one");
    right.close();
    await closed(left);
    expect(seen).toEqual([]);
  });
});
