// @ts-check
import { describe, expect, it } from "vitest";
import { lineSums, sumTable, withAbsolutePaths } from "./lcov.js";

const trace = [
  ...["SF:/w/packages/core/src/a.ts", "LF:4", "LH:3", "end_of_record"],
  ...["SF:/w/packages/core/src/b.ts", "LF:6", "LH:6", "end_of_record"],
  ...["SF:/w/packages/core/native/c.cpp", "LF:10", "LH:1", "end_of_record", ""],
].join("\n");

describe("coverage", () => {
  it("is summed for each package and language", () => {
    expect(sumTable(lineSums(trace, "/w")).split("\n")).toEqual([
      "packages/core C++          10.0 %  1 of 10 lines",
      "packages/core TypeScript   90.0 %  9 of 10 lines",
      "all                        50.0 %  10 of 20 lines",
    ]);
  });

  it("has absolute paths, as packages are merged", () => {
    expect(withAbsolutePaths("TN:\nSF:src/a.ts\nSF:/x/b.cpp\n", "/w/p")).toBe(
      "TN:\nSF:/w/p/src/a.ts\nSF:/x/b.cpp\n",
    );
  });
});
