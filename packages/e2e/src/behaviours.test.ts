import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { BEHAVIOURS, LEFT_OUT } from "./behaviours.js";
import type { Shown } from "./behaviours.js";
import { googleTests, vitestTitles } from "./support/test-names.js";

const PACKAGES = new URL("../../", import.meta.url);

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Cases that no test of the file is named after. */
async function missing({ suite, file, cases }: Shown): Promise<string[]> {
  const source = await readFile(new URL(file, PACKAGES), "utf8");
  if (file.endsWith(".cpp")) {
    const tests = googleTests(source);
    return cases.filter((name) => !tests.includes(`Kurento${camelCase(`_${suite}.${name}`)}`));
  }
  const titles = vitestTitles(source);
  return cases.filter(
    (name) => !titles.some((title) => new RegExp(`(?<!\\w)${name}(?!\\w)`).test(title)),
  );
}

describe("behaviours of Kurento's tests", () => {
  it.each(BEHAVIOURS.map((shown) => [shown.suite, shown.file, shown] as const))(
    "%s: each case has its test in %s",
    async (_suite, _file, shown) => {
      expect(await missing(shown)).toEqual([]);
    },
  );

  it("are listed once each, and not among those left out", () => {
    const all = BEHAVIOURS.flatMap(({ suite, cases }) => cases.map((name) => `${suite}.${name}`));
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
    expect(all.filter((name) => name in LEFT_OUT)).toEqual([]);
  });
});

describe("names of tests", () => {
  it("are those that run", () => {
    const source = `
      it("one", () => {}); it.skip("two", () => {}); it.todo("three");
      it.each([["four", 4], ["five", 5]] as const)("%s of %i", () => {});
      it.each(rows)("%s rows", () => {}); it.each(["six"])("%s", () => {}); // it("seven", () => {})`;
    expect(vitestTitles(source)).toEqual(["one", "four of 4", "five of 5", "%s rows", "six"]);
    expect(
      googleTests("TEST(A, b) {}\nTEST_F(C, d) {}\n// TEST(E, f)\nTEST(G, DISABLED_h) {}"),
    ).toEqual(["A.b", "C.d"]);
  });
});
