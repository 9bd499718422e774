// @ts-check
// The table of speed and memory in BENCH.md: 1 publisher to N viewers, beside this machine's limit and Janus.
//
//   node bench/fanout.js [--short] [--no-janus] [--no-rtp] [--subs 50,100]
//
// The server and Janus run on one core each in their turn; nothing else should run. Needs Debian's `janus` and what the
// bench's README names; KMS_BENCH names the bench's folder. About 10 minutes, --short about 4.
import { existsSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { watchServer } from "./processes.js";
import { fanoutTable, joinTable } from "./tables.js";
import { serverCommand, Tool } from "./tool.js";

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    "no-janus": { type: "boolean", default: false },
    "no-rtp": { type: "boolean", default: false },
    subs: { type: "string", default: "1,50,100" },
  },
});
const windows = values.short ? { runs: 1, secs: 4 } : { runs: 3, secs: 6 };
const core = "taskset -c 0";
const env = { KMS_NETWORK_INTERFACES: "lo" };
const nice = process.getuid?.() === 0 ? -10 : 0;
const start = `${core} ${serverCommand()}`;

/** @param {string} what */
function say(what) {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
}

/** @param {Tool} tool */
async function fanout(tool) {
  const figures = [];
  for (const subs of values.subs.split(",")) {
    say(`1 to ${subs}`);
    const options = { start, subs, nice, label: "kms-omni", ...windows };
    figures.push(...(await tool.drive("drive-kurento.mjs", options, { env })));
  }
  return figures;
}

/**
 * Plain RTP on one side or on both; 50 viewers.
 * @param {Tool} tool
 */
async function plain(tool) {
  const figures = [];
  for (const [shape, label] of /** @type {const} */ ([
    ["rtp-in", "kms-omni, from an RtpEndpoint"],
    ["rtp", "kms-omni, RtpEndpoints only"],
  ])) {
    say(`${shape}, 1 to 50`);
    const options = { start, subs: 50, nice, shape, label, ...windows };
    figures.push(...(await tool.drive("drive-kurento.mjs", options, { env })));
  }
  return figures;
}

/** @param {Tool} tool */
async function janus(tool) {
  if (values["no-janus"] || !existsSync("/usr/bin/janus")) return [];
  const command = await tool.script("pinned-janus", `${core} janus`);
  const subs = values.subs.split(",").filter((count) => count !== "1");
  say(`Janus, 1 to ${subs.join(", ")}`);
  return tool.drive("drive-janus.mjs", { janus: command, subs: subs.join(","), nice, ...windows });
}

/**
 * Many viewers at once: set-up times, memory, threads and descriptors.
 * @param {Tool} tool
 * @param {number} subs
 */
async function join(tool, subs) {
  say(`${subs} join`);
  /** @type {ReturnType<typeof watchServer> | undefined} */
  let seen;
  const load = subs > 100 ? { kbps: 50, fps: 5, mtu: 500, decryptEvery: 10 } : {};
  const options = { start, subs, nice, runs: 1, secs: 2, batch: 50, limit: false, ...load };
  const onRunning = (/** @type {number} */ pid) => (seen = watchServer(pid)).stop;
  const [figures] = await tool.drive("drive-kurento.mjs", options, { env, onRunning });
  return { ...figures, seen };
}

const tool = await Tool.make();
try {
  const ours = await fanout(tool);
  const rtp = values["no-rtp"] ? [] : await plain(tool);
  const theirs = await janus(tool);
  const joins = [await join(tool, 1), await join(tool, 50), await join(tool, 500)];
  process.stdout.write(`${fanoutTable([...ours, ...rtp, ...theirs])}\n\n${joinTable(joins)}\n`);
} finally {
  await tool.remove();
}
