// V8's young generation stays as small as it starts (1 MiB for each of its parts). It would grow to 48 MiB with the first
// few dozen endpoints and never shrink, as much as hundreds of them need in all. Imports nothing: it grows with what
// is loaded before the flag is set, too.

/** Of a worker, on its command line. */
export const workerFlags: readonly string[] = ["--max-semi-space-size=1"];
/** Of the gateway, which may have been started with `node main.js`: this one is heard at any time. */
export const gatewayFlag = "--semi-space-growth-factor=1";
