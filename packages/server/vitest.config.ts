import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // Workers import module packages by path: they must get the same files as the code under test.
    server: { deps: { external: [/\/dist\//] } },
  },
});
