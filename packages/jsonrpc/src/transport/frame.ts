/** Frames: a 4-byte big-endian length in bytes, then that many bytes of UTF-8 text. */

/** Bytes before each text. */
export const frameHeaderBytes = 4;

/** Largest text accepted when nothing else is said: 16 MiB. */
export const defaultMaxFrameBytes = 16 * 1024 * 1024;

/** The stream holds no valid frame; nothing after it can be trusted. */
export class FrameError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "FrameError";
  }
}

const encoder = new TextEncoder();

/**
 * One frame with this text.
 * @throws FrameError when the text is longer than `maxBytes`
 */
export function encodeFrame(text: string, maxBytes: number = defaultMaxFrameBytes): Uint8Array {
  const body = encoder.encode(text);
  if (body.length > maxBytes) throw new FrameError(tooLong(body.length, maxBytes));
  const frame = new Uint8Array(frameHeaderBytes + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, frameHeaderBytes);
  return frame;
}

/** Cuts a byte stream, arriving in pieces of any size, into texts. */
export class FrameDecoder {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #chunks: Uint8Array[] = [];
  #available = 0;
  #needed: number | undefined;

  constructor(maxBytes: number = defaultMaxFrameBytes) {
    this.#maxBytes = maxBytes;
  }

  /** True between frames: the stream may end here in order. */
  get isAtBoundary(): boolean {
    return this.#needed === undefined && this.#available === 0;
  }

  /**
   * Takes bytes and gives the texts that they complete.
   * @throws FrameError for a frame beyond the maximum, or one that is no UTF-8
   */
  *push(chunk: Uint8Array): Generator<string> {
    this.#chunks.push(chunk);
    this.#available += chunk.length;
    for (let text = this.#next(); text !== undefined; text = this.#next()) yield text;
  }

  #next(): string | undefined {
    this.#needed ??= this.#readLength();
    if (this.#needed === undefined || this.#available < this.#needed) return undefined;
    const body = this.#take(this.#needed);
    this.#needed = undefined;
    try {
      return this.#decoder.decode(body);
    } catch (error) {
      throw new FrameError("frame is not valid UTF-8", { cause: error });
    }
  }

  #readLength(): number | undefined {
    if (this.#available < frameHeaderBytes) return undefined;
    const header = this.#take(frameHeaderBytes);
    const length = new DataView(header.buffer, header.byteOffset, frameHeaderBytes).getUint32(0);
    if (length > this.#maxBytes) throw new FrameError(tooLong(length, this.#maxBytes));
    return length;
  }

  // Only called with as many bytes as there are. Copies only where a frame spans chunks.
  #take(count: number): Uint8Array {
    this.#available -= count;
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= count) {
      this.#replaceFirst(first.subarray(count));
      return first.subarray(0, count);
    }
    return this.#gather(count);
  }

  #gather(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    let filled = 0;
    let used = 0;
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) {
        this.#chunks[used] = chunk.subarray(part.length);
        break;
      }
      used += 1;
    }
    this.#chunks.splice(0, used);
    return bytes;
  }

  #replaceFirst(rest: Uint8Array): void {
    if (rest.length === 0) this.#chunks.shift();
    else this.#chunks[0] = rest;
  }
}

function tooLong(bytes: number, maxBytes: number): string {
  return `frame of ${bytes} bytes is longer than ${maxBytes}`;
}
