import { defineConfig } from "vitest/config";
import { testFiles } from "../../tools/nx-plugin/src/vitest-tiers.js";

export default defineConfig({ test: testFiles() });
