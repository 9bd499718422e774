import { systemClock } from "@kms/core/jsonrpc";
import type { ObjectClock } from "@kms/core";

/** The machine's clocks. */
export const processClock: ObjectClock = { ...systemClock, wallTimeMs: () => Date.now() };
