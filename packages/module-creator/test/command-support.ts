import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCommand } from "../src/command.js";

/** What a run of the command printed and answered. */
export interface Run {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** A folder of its own for a test of the command; `@` stands for it in arguments and in what comes back. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), "kmd-command-"));

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  run(...args: readonly string[]): Run {
    const out: string[] = [];
    const err: string[] = [];
    const show = (line: string): string => line.replaceAll(this.folder, "@");
    const output = {
      out: (line: string): void => void out.push(show(line)),
      err: (line: string): void => void err.push(show(line)),
    };
    const code = runCommand(
      args.map((arg) => arg.replace("@", this.folder)),
      output,
    );
    return { code, out, err };
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(path: string, content: object | string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), typeof content === "string" ? content : JSON.stringify(content));
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }
}
