import { defineConfig } from "vitest/config";
import { testFiles } from "../../tools/nx-plugin/src/vitest-tiers.js";

export default defineConfig({
  test: {
    ...testFiles(),
    globalSetup: ["scripts/make-schema.mjs"],
    // Workers import module packages by path: they must get the same files as the code under test.
    server: { deps: { external: [/\/dist\//] } },
  },
});
