// The media in an upload: the body itself, or the file in a form (RFC 7578, RFC 2046 5.1).
import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import type { TransformCallback } from "node:stream";

const MAX_PART_HEADERS = 16 * 1024;
const MAX_BOUNDARY = 70;
const HEADERS_END = "\r\n\r\n";

/** The boundary of a form; `undefined` when the body is the media itself. @throws RangeError for a form without a usable one */
export function formBoundary(contentType: string | undefined): string | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType ?? "")) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? "") ?? [];
  const boundary = quoted ?? plain ?? "";
  if (boundary.length === 0 || boundary.length > MAX_BOUNDARY)
    throw new RangeError("multipart/form-data without a boundary of 1 to 70 characters");
  return boundary;
}

/** The media of a request; ends with it. @throws RangeError as {@link formBoundary} does */
export function mediaOf(request: IncomingMessage): NodeJS.ReadableStream {
  const boundary = formBoundary(request.headers["content-type"]);
  return boundary === undefined ? request : request.pipe(new FormFile(boundary));
}

type Step = "preamble" | "headers" | "field" | "file" | "rest";

/** Takes a form's text; gives the first part that has a file name. Holds no more than a chunk and a boundary. */
export class FormFile extends Transform {
  readonly #delimiter: Buffer;
  #step: Step = "preamble";
  #held: Buffer;

  constructor(boundary: string) {
    super();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
    // The first delimiter may stand at the very beginning, without the line break before it.
    this.#held = Buffer.from("\r\n");
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    try {
      while (this.#advance());
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** One step through what is held; false when it needs more. */
  #advance(): boolean {
    switch (this.#step) {
      case "preamble":
      case "field":
        return this.#toDelimiter(() => undefined);
      case "headers":
        return this.#toPart();
      case "file":
        return this.#toDelimiter((bytes) => void this.push(bytes));
      case "rest":
        this.#held = Buffer.alloc(0);
        return false;
    }
  }

  #toDelimiter(use: (bytes: Buffer) => void): boolean {
    const at = this.#held.indexOf(this.#delimiter);
    const known = at >= 0 ? at : Math.max(0, this.#held.length - this.#delimiter.length + 1);
    if (known > 0) use(this.#held.subarray(0, known));
    this.#held = this.#held.subarray(at >= 0 ? at + this.#delimiter.length : known);
    if (at < 0) return false;
    this.#step = this.#step === "file" ? "rest" : "headers";
    return true;
  }

  #toPart(): boolean {
    if (this.#held.subarray(0, 2).toString("latin1") === "--") {
      this.#step = "rest";
      return true;
    }
    const end = this.#held.indexOf(HEADERS_END);
    if (end < 0 && this.#held.length > MAX_PART_HEADERS)
      throw new RangeError("headers of a part are too long");
    if (end < 0) return false;
    const headers = this.#held.subarray(0, end).toString("latin1");
    this.#step = /^content-disposition:.*;\s*filename\*?=/im.test(headers) ? "file" : "field";
    // The line break stays: an empty part is followed by its delimiter at once.
    this.#held = this.#held.subarray(end + HEADERS_END.length - 2);
    if (this.#step === "file") this.#dropLineBreak();
    return true;
  }

  // Of a file it must not be given on; what follows begins with the media, or is the delimiter of an empty file.
  #dropLineBreak(): void {
    const isEmpty = this.#held.subarray(0, this.#delimiter.length).equals(this.#delimiter);
    if (!isEmpty) this.#held = this.#held.subarray(2);
  }
}
