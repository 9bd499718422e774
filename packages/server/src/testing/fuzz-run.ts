import { parseMessage, parseJson } from "@kms/core/jsonrpc";

import { MessageFuzzer } from "./message-fuzzer.js";
import type { FuzzSurface, LiveObjects } from "./message-fuzzer.js";
import { Random } from "@kms/core/testing";
import { TestClient } from "./test-client.js";

export { elementSurface } from "./message-fuzzer.js";
export type { FuzzSurface } from "./message-fuzzer.js";

/** How much to send where. */
export interface FuzzOptions {
  /** Of the server's WebSocket. */
  readonly url: string;
  readonly seed: number;
  readonly messages: number;
  readonly surface?: FuzzSurface;
  /** Called after each batch, with the messages sent so far, when all objects are released again. */
  readonly onBatch?: (sent: number) => Promise<void> | void;
}

/** What came back. */
export interface FuzzResult {
  readonly sent: number;
  readonly results: number;
  readonly errors: number;
}

const batchSize = 500;
const batchDeadlineMs = 60_000;
const manager = "manager_ServerManager";

/**
 * Sends mutated messages and checks each reply: one for each message, in order, a result or an error, with the message's
 * id where it had a readable one.
 * @throws Error that names the seed and the message, when a reply is missing or wrong
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { url, seed, messages } = options;
  const fuzzer = new MessageFuzzer(new Random(seed), options.surface);
  const counts = { results: 0, errors: 0 };
  for (let sent = 0; sent < messages; sent += batchSize) {
    const control = await TestClient.open(url);
    try {
      const live = await makeObjects(control, options.surface);
      const batch = Array.from({ length: Math.min(batchSize, messages - sent) }, () =>
        fuzzer.next(live),
      );
      await sendBatch(url, batch, counts).catch((error: unknown) => {
        throw new Error(`seed ${seed}, messages from ${sent}: ${String(error)}`, { cause: error });
      });
      await releaseAll(control);
    } finally {
      control.terminate();
    }
    await options.onBatch?.(Math.min(messages, sent + batchSize));
  }
  return { sent: messages, ...counts };
}

async function makeObjects(control: TestClient, surface?: FuzzSurface): Promise<LiveObjects> {
  const pipeline = await control.create("MediaPipeline");
  const elements = [];
  for (const type of surface?.types ?? ["PassThrough", "PassThrough"])
    elements.push(await control.create(type, { mediaPipeline: pipeline }));
  return { pipeline, elements };
}

async function releaseAll(control: TestClient): Promise<void> {
  for (const object of (await control.invoke(manager, "getPipelines")) as string[])
    await control.value("release", { object });
}

async function sendBatch(
  url: string,
  batch: readonly (string | Buffer)[],
  counts: { results: number; errors: number },
): Promise<void> {
  const client = await TestClient.open(url);
  const late = setTimeout(() => client.terminate(), batchDeadlineMs);
  const closed = client.closed().then(() => {
    throw new Error("the connection ended, or a reply is missing for too long");
  });
  closed.catch(() => undefined);
  try {
    for (const message of batch) client.send(message);
    for (const message of batch)
      counts[checkReply(message, await Promise.race([client.receive(), closed]))] += 1;
  } finally {
    clearTimeout(late);
    client.terminate();
  }
}

/** @throws Error for a reply that does not fit */
function checkReply(message: string | Buffer, reply: string): "results" | "errors" {
  const sent = parseMessage(message.toString());
  const fail = (what: string): never => {
    throw new Error(`${what}\nmessage: ${message.toString()}\nreply: ${reply}`);
  };
  // So Kurento acknowledges a notification whose call has no result.
  if (reply === "") return sent.kind === "notification" ? "results" : fail("empty reply");
  const got = parseMessage(reply);
  if (got.kind !== "result" && got.kind !== "failure") return fail("no response");
  // A reply that is repeated from memory says 1 where the request says "1": these are the same.
  if (sent.kind === "request" && !Array.isArray(sent.params) && String(got.id) !== String(sent.id))
    return fail("wrong id");
  if (sent.kind !== "request" && got.id !== null) return fail("id out of nowhere");
  if (got.kind === "failure" && got.error.message === "") return fail("error without a text");
  parseJson(reply);
  return got.kind === "result" ? "results" : "errors";
}
