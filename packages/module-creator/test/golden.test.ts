import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generate } from "../src/generate.js";
import { TARGETS } from "../src/targets.js";
import { readKmds, readTree, stockFixtures, testPath, writeTree } from "./support.js";

/** `KMS_UPDATE_GOLDEN=1` writes the golden files instead of comparing with them. */
const isUpdate = process.env["KMS_UPDATE_GOLDEN"] === "1";

const cases = readdirSync(testPath("golden")).flatMap((name) =>
  Object.keys(TARGETS).map((target) => [name, target] as const),
);

describe("golden", () => {
  it.each(cases)("%s for %s", (name, target) => {
    const request = {
      files: readKmds(testPath("golden", name, "in")),
      dependencies: [...stockFixtures(), ...readKmds(testPath("golden", name, "deps"))],
      target,
    };
    const files = generate(request);
    const out = testPath("golden", name, "out", target);
    if (isUpdate) {
      writeTree(out, files);
    }
    expect(new Map(files.map(({ path, text }) => [path, text]))).toEqual(readTree(out));
    expect(generate(request)).toEqual(files);
  });
});
