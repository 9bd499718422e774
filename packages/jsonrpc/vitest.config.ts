import { defineConfig } from "vitest/config";
import { testFiles } from "../../tools/nx-plugin/src/vitest-tiers.js";

export default defineConfig({
  test: {
    ...testFiles(),
    coverage: {
      enabled: true,
      provider: "v8",
      reporter: ["text-summary"],
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.test.ts", "src/index.ts"],
      thresholds: { "src/codec/**": { 100: true }, "src/peer/**": { 100: true }, branches: 95 },
    },
  },
});
