#!/usr/bin/env node
import { runScaffold } from "./command.js";

process.exitCode = runScaffold(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});
