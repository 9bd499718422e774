import type { Readable } from "node:stream";

import type { LogQueue } from "./log-queue.js";

const lineBreak = 10;
/** A sender that ends no line is not waited for longer than this. */
const maxLineBytes = 256 * 1024;

/**
 * Takes the lines that another process or thread sends, whole ones only, into the queue. When the queue is busy the sender
 * has to wait, or to drop.
 * @returns resolves at the end of the stream, with everything it carried in the queue
 */
export async function takeLines(stream: Readable, queue: LogQueue): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.length > maxLineBytes ? bytes.length : bytes.lastIndexOf(lineBreak) + 1;
      if (end > 0) queue.push(ended(bytes.subarray(0, end)));
      rest = bytes.subarray(end);
      if (queue.isBusy) await queue.whenRoom();
    }
  } finally {
    if (rest.length > 0) queue.push(ended(rest));
  }
}

function ended(lines: Buffer): Buffer {
  return lines.at(-1) === lineBreak ? lines : Buffer.concat([lines, Buffer.from("\n")]);
}
