// @ts-check
// Figures of the bench as Markdown.

/**
 * @param {readonly string[]} heads
 * @param {readonly (readonly unknown[])[]} rows
 */
function table(heads, rows) {
  const line = (/** @type {readonly unknown[]} */ cells) => `| ${cells.map(String).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

/** @param {number} microseconds */
function ms(microseconds) {
  return (microseconds / 1000).toFixed(2);
}

/** @param {any} figures of a driver; it has no limit without SRTP */
function limitCell({ limitUs, limitGsoUs, limitPacedUs }) {
  if (limitUs === undefined) return "";
  return [limitUs, limitGsoUs, limitPacedUs].map((limit) => limit.toFixed(1)).join(" / ");
}

/** @param {any} figures of a driver */
function fanoutRow(figures) {
  const { server, subs, latencyUs, memory } = figures;
  const { video } = latencyUs;
  return [
    server,
    subs,
    figures.cpuUsPerForwardedPacket.toFixed(1),
    limitCell(figures),
    figures.timesLimit?.toFixed(2) ?? "",
    `${ms(video.p50)} / ${ms(video.p95)} / ${ms(video.p99)}`,
    subs > 1 ? memory.kbPerSubscriber : "",
    figures.exact.srcLost,
    figures.machineBusyCores,
  ];
}

/** @param {readonly any[]} all */
export function fanoutTable(all) {
  const heads = [
    "server",
    "viewers",
    "µs a packet",
    "limit µs: plain / GSO / paced",
    "× limit",
    "latency p50 / p95 / p99 ms",
    "kB a viewer",
    "lost",
    "busy cores",
  ];
  return table(heads, all.map(fanoutRow));
}

/** @param {any} figures of a driver, and what was seen of the server */
function joinRow({ subs, setupMs, memory, seen }) {
  return [
    subs,
    `${setupMs.media.p50.toFixed(0)} / ${setupMs.media.p95.toFixed(0)}`,
    setupMs.allJoinedMs,
    subs > 1 ? memory.kbPerSubscriber : "",
    seen.threads(),
    `${seen.descriptors().usual} / ${seen.descriptors().most}`,
  ];
}

/** @param {readonly any[]} all */
export function joinTable(all) {
  const heads = [
    "viewers, 50 at once",
    "offer to media p50 / p95 ms",
    "all joined ms",
    "kB a viewer",
    "threads",
    "descriptors: usual / most",
  ];
  return table(heads, all.map(joinRow));
}
