import { latencyBounds } from "./request-meter.js";
import type { MethodCounts, RequestMeter } from "./request-meter.js";

const name = "kms_request_duration_seconds";

/**
 * Latencies of requests as a histogram in Prometheus' text format. The metrics library's own histogram can only be fed
 * value by value.
 */
export function requestHistogram(meter: RequestMeter): string {
  const lines = meter.counts().flatMap(([method, counts]) => linesOf(method, counts));
  const head = [
    `# HELP ${name} Time from beginning a request to its response`,
    `# TYPE ${name} histogram`,
  ];
  return [...head, ...lines, ""].join("\n");
}

function linesOf(method: string, { buckets, totalMs }: MethodCounts): string[] {
  let count = 0;
  const lines = buckets.map((requests, index) => {
    count += requests;
    return `${name}_bucket{method="${method}",le="${latencyBounds[index] ?? "+Inf"}"} ${count}`;
  });
  const labels = `{method="${method}"}`;
  return [...lines, `${name}_sum${labels} ${totalMs / 1000}`, `${name}_count${labels} ${count}`];
}
