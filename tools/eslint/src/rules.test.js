// @ts-check
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const eslint = new ESLint({ cwd: root });

/**
 * @param {string} file path in the workspace that the text pretends to have
 * @param {string} text
 * @returns {Promise<string[]>} messages
 */
async function lint(file, text) {
  const [result] = await eslint.lintText(text, { filePath: join(root, file) });
  return result?.messages.map(({ message }) => message) ?? [];
}

describe("import directions", () => {
  it.each([
    ["packages/core/src/a.ts", "@kms/jsonrpc"],
    ["packages/elements/src/a.ts", "@kms/core"],
    ["packages/filters/src/a.ts", "@kms/elements/core"],
    ["packages/server/src/a.ts", "@kms/core/jsonrpc"],
    ["packages/core/src/a.ts", "./b.js"],
    ["packages/core/src/a/b.ts", "../c.js"],
    ["packages/core/src/a.ts", "node:path"],
    ["packages/core/src/a.ts", "@kms/core/native"],
    ["packages/extras/chroma/src/a.ts", "@kms/core/testing"],
    ["packages/extras/chroma/src/a.ts", "@kms/chroma"],
  ])("lets %s import %s", async (file, specifier) => {
    expect(await lint(file, `import { a } from "${specifier}";\nexport const b = a;\n`)).toEqual(
      [],
    );
  });

  it.each([
    ["packages/jsonrpc/src/a.ts", "@kms/core"],
    ["packages/core/src/a.ts", "@kms/elements"],
    ["packages/filters/src/a.ts", "@kms/elements"],
    ["packages/server/src/a.ts", "@kms/elements"],
    ["packages/server/src/a.ts", "@kms/jsonrpc"],
    ["packages/client/src/a.ts", "@kms/core"],
    ["packages/extras/chroma/src/a.ts", "@kms/elements"],
  ])("keeps %s from importing %s, and says what it may import", async (file, specifier) => {
    const messages = await lint(file, `export { a } from "${specifier}";\n`);
    expect(messages).toEqual([expect.stringContaining(`may not import "${specifier}"`)]);
    expect(messages[0]).toContain("directions.js");
  });

  it("sees dynamic imports", async () => {
    const text = 'export const load = (): Promise<unknown> => import("@kms/elements");\n';
    expect(await lint("packages/server/src/a.ts", text)).toHaveLength(1);
  });

  it("keeps a relative import inside its package", async () => {
    const text = 'export { a } from "../../elements/src/a.js";\n';
    expect(await lint("packages/core/src/a.ts", text)).toEqual([
      expect.stringContaining("leaves the package"),
    ]);
  });

  it("keeps native code out of the gateway", async () => {
    const text = 'export { a } from "@kms/core/native";\n';
    expect(await lint("packages/server/src/gateway/a.ts", text)).toHaveLength(1);
    expect(await lint("packages/server/src/worker/a.ts", text)).toEqual([]);
  });
});

describe("refused syntax", () => {
  it.each([
    ["any", "export const a = JSON.parse('1') as any;"],
    ["non-null assertions", "export const a = (b?: string): string => b!;"],
    ["default exports", "export default 1;"],
    ["enums", "export enum A { B }"],
    [
      "five parameters",
      "export const a = (b: 1, c: 1, d: 1, e: 1, f: 1): unknown => [b, c, d, e, f];",
    ],
    ["untyped exports", "export function a() { return 1; }"],
  ])("reports %s", async (_what, text) => {
    expect(await lint("packages/core/src/a.ts", text)).toHaveLength(1);
  });

  it.each([
    ["a skipped test", 'it.skip("a", () => {});'],
    ["a single test", 'describe.only("a", () => {});'],
    ["a sleep", "await new Promise((resolve) => setTimeout(resolve, 100));"],
    [
      "an imported sleep",
      'import { setTimeout } from "node:timers/promises";\nawait setTimeout(1);',
    ],
  ])("reports %s in a test", async (_what, text) => {
    expect(await lint("packages/core/src/a.test.ts", text)).toHaveLength(1);
  });
});
