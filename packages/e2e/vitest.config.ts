import { defineConfig } from "vitest/config";

// One file at a time: each runs a server and a browser, and the machine has two cores.
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    fileParallelism: false,
    pool: "forks",
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
