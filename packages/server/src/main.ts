#!/usr/bin/env node
import process from "node:process";
import { setFlagsFromString } from "node:v8";

import { gatewayFlags } from "./v8-flags.js";

for (const flag of gatewayFlags) setFlagsFromString(flag);
// The rest only now.
const { gstreamerEnvironment } = await import("./gateway/config/gstreamer-options.js");
const { run } = await import("./run.js");

const args = process.argv.slice(2);
// The environment reaches GStreamer wherever it runs: in the workers, or here.
Object.assign(process.env, gstreamerEnvironment(args, process.env));
// Explicitly: nothing that a module leaves open may keep a stopped server alive.
process.exit(await run(args, process.env));
