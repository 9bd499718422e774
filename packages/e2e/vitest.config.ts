import { defineConfig } from "vitest/config";
import { testFiles } from "../../tools/nx-plugin/src/vitest-tiers.js";

// With native code under sanitizers (KMS_SANITIZE) one loopback is enough: the rest would only be slow.
const files = process.env["KMS_SANITIZE"] ? { include: ["src/loopback.test.ts"] } : testFiles();

// One file at a time: each runs a server and a browser, and the machine has two cores.
export default defineConfig({
  test: {
    ...files,
    fileParallelism: false,
    pool: "forks",
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
