// What both kinds of process tell V8. Imports nothing: the young generation grows with what is loaded before, too.
//
// The young generation stays as small as it starts (1 MiB for each of its parts). It would grow to 48 MiB with the first
// few dozen endpoints and never shrink, as much as hundreds of them need in all.
//
// Code is optimised later than by default (132 KiB of bytecode run): what runs hot all the time still is after a second,
// what 50 viewers need who join is not, which takes 8 MiB for the compiler's threads and time that the join itself needs.
//
// V8's memory reducer would collect some seconds after each burst; memory-trimmer.ts has done so by then.
const interruptBudget = "--interrupt-budget=3000000";

/** Of a worker, on its command line. */
export const workerFlags: readonly string[] = [
  "--max-semi-space-size=1",
  interruptBudget,
  "--no-memory-reducer",
];
/** Of the gateway, which may have been started with `node main.js`: these are heard at any time. */
export const gatewayFlags: readonly string[] = [
  "--semi-space-growth-factor=1",
  interruptBudget,
  "--no-memory-reducer",
];
