import { asRegister } from "../model/encode.js";
import type { ElementStats, StatsType } from "../generated/types.js";
import type { ObjectClock } from "../model/object-context.js";

const registerOf = { element: "kurento.ElementStats", endpoint: "kurento.EndpointStats" } as const;

/**
 * The entry of an element itself in its statistics. Latencies are listed when they are measured; native objects do not
 * measure them yet.
 */
export function elementStats(
  id: string,
  type: Extract<StatsType, "element" | "endpoint">,
  clock: ObjectClock,
): ElementStats {
  const stats = { id, type, timestampMillis: Math.trunc(clock.wallTimeMs()), inputLatency: [] };
  return asRegister(registerOf[type], type === "endpoint" ? { ...stats, E2ELatency: [] } : stats);
}
