import { defineConfig } from "vitest/config";

// With native code under sanitizers (KMS_SANITIZE) one loopback is enough: the rest would only be slow.
const include = process.env["KMS_SANITIZE"] ? ["src/loopback.test.ts"] : ["src/**/*.test.ts"];

// One file at a time: each runs a server and a browser, and the machine has two cores.
export default defineConfig({
  test: {
    include,
    fileParallelism: false,
    pool: "forks",
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
