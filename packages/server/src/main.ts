#!/usr/bin/env node
import process from "node:process";

import { run } from "./run.js";

// Explicitly: nothing that a module leaves open may keep a stopped server alive.
process.exit(await run(process.argv.slice(2), process.env));
