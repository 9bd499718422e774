// @ts-check
/** One configuration for the workspace. Sizes and refusals come from the project's style; each is an error or absent. */
import tseslint from "typescript-eslint";
import { importDirection } from "./tools/eslint/src/import-direction.js";
import { everywhere, inTests } from "./tools/eslint/src/restrictions.js";

const tests = ["**/*.test.{ts,js}", "**/test/**/*.{ts,js}", "packages/e2e/**/*.{ts,js,mjs}"];
const kms = { rules: { "import-direction": importDirection } };
const size = (max) => ["error", { max, skipBlankLines: true, skipComments: true }];

export default tseslint.config(
  {
    ignores: [
      "**/dist/",
      "**/build/",
      "**/generated/",
      "**/coverage/",
      "**/test-results/",
      "**/golden/",
      "**/node_modules/",
      ".nx/",
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.{ts,js,mjs}"],
    plugins: { kms, "@typescript-eslint": tseslint.plugin },
    languageOptions: { parser: tseslint.parser },
    rules: {
      "kms/import-direction": "error",
      eqeqeq: "error",
      "max-depth": ["error", 3],
      "max-lines": size(400),
      "max-lines-per-function": size(50),
      "max-params": ["error", 4],
      "no-console": "off",
      "no-debugger": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-syntax": ["error", ...everywhere],
      "no-throw-literal": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["packages/*/src/**/*.ts", "packages/*/test/**/*.ts"],
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      "@typescript-eslint/ban-ts-comment": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-require-imports": "error",
      "@typescript-eslint/no-shadow": "error",
      "@typescript-eslint/no-unused-expressions": "error",
    },
  },
  {
    files: tests,
    rules: {
      "max-lines-per-function": "off", // a describe block is one function
      "no-restricted-syntax": ["error", ...everywhere, ...inTests],
    },
  },
  {
    files: ["packages/server/src/gateway/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "@kms/core/native",
              message: "Only workers load native code, so that its crash cannot reach the gateway.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.d.ts"], // types of others' libraries, in the libraries' way
    rules: { "no-restricted-syntax": "off" },
  },
  {
    // Their loaders ask for a default export.
    files: ["**/*.config.{ts,js,mjs}"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    // Which tests are the usual ones is a rule of the workspace, not of a package.
    files: ["packages/*/vitest.config.ts"],
    rules: { "kms/import-direction": "off" },
  },
);
