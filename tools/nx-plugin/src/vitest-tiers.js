// @ts-check
/** Which test files vitest runs: the usual ones, or with KMS_FULL=1 the long ones (`*.full.test.ts`) of `./kms test --full`. */
import process from "node:process";

const isFull = process.env["KMS_FULL"] === "1";

/**
 * @param {...string} folders of the package that hold tests, "src" where none is given
 * @returns {{include: string[], exclude: string[], coverage: {include: string[], exclude: string[]}}} for `test` of a
 *   vitest configuration; coverage, where it is asked for, is of all sources and not only of those that a test loads
 */
export function testFiles(...folders) {
  const wanted = isFull ? "*.full.test.ts" : "*.test.ts";
  const roots = folders.length > 0 ? folders : ["src"];
  return {
    include: roots.map((folder) => `${folder}/**/${wanted}`),
    exclude: ["**/node_modules/**", ...(isFull ? [] : ["**/*.full.test.ts"])],
    coverage: { include: ["src/**/*.ts"], exclude: ["src/**/*.test.ts", "src/**/generated/**"] },
  };
}
