import { defineConfig } from "vitest/config";
import { testFiles } from "../../tools/nx-plugin/src/vitest-tiers.js";

export default defineConfig({
  test: {
    globalSetup: ["scripts/make-schema.mjs"],
    ...testFiles("src", "test"),
    coverage: {
      enabled: true,
      provider: "v8",
      reporter: ["text-summary"],
      globalSetup: ["scripts/make-schema.mjs"],
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.test.ts", "src/index.ts", "src/**/cli.ts"],
      thresholds: {
        ...{ statements: 99, branches: 95, functions: 99, lines: 99 },
        "src/{model,view}/**": { branches: 100 },
      },
    },
  },
});
