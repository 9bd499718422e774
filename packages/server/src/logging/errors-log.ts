import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Standard error of the workers, with the stack traces of crashes; each start of the server begins with a line. */
export class ErrorsLog {
  readonly path: string;
  readonly fd: number;

  /** @throws Error when the file cannot be written */
  constructor(folder: string, now: Date) {
    this.path = join(folder, "errors.log");
    this.fd = openSync(this.path, "a");
    writeSync(this.fd, `${now.toISOString()} -- New execution\n`);
  }

  close(): void {
    closeSync(this.fd);
  }
}
