import { describe, expect, it } from "vitest";
import { mavenRange, npmRange } from "./version-range.js";

describe("version ranges", () => {
  it.each([
    ["^1.2.3", "[1.2.3,2.0.0-SNAPSHOT)", ">=1.2.3 <2.0.0"],
    ["1.0.0-dev", "1.0.0-SNAPSHOT", "1.0.0"],
    ["~1.2.3", "[1.2.3,1.3.0-SNAPSHOT)", ">=1.2.3 <1.3.0"],
    ["~1.2", "[1.2.0,2.0.0-SNAPSHOT)", ">=1.2.0 <2.0.0"],
    ["~1", "[1.0.0,)", ">=1.0.0"],
    ["1.0.0", "1.0.0", "1.0.0"],
    ["<1.0.0", "(,1.0.0-SNAPSHOT)", "<1.0.0"],
    ["<1.0.0-dev", "(,1.0.0-SNAPSHOT)", "<1.0.0"],
    [">1.0.0", "(1.0.0,)", ">1.0.0"],
    ["<=1.0.0", "(,1.0.0]", "<=1.0.0"],
    [">=1.0.0", "[1.0.0,)", ">=1.0.0"],
    ["=1.0", "[1.0.0,1.0.0]", ">=1.0.0 <=1.0.0"],
    ["<=0.9.9 | >=1.0.0", "(,0.9.9],[1.0.0,)", "<=0.9.9 || >=1.0.0"],
    ["1.0.0 | 2.0.0", "[1.0.0,1.0.0],[2.0.0,2.0.0]", ">=1.0.0 <=1.0.0 || >=2.0.0 <=2.0.0"],
    [">=1.2 & <=1.3", "[1.2.0,1.3.0]", ">=1.2.0 <=1.3.0"],
    [">=1.0 & <2.0", "[1.0.0,2.0.0-SNAPSHOT)", ">=1.0.0 <2.0.0"],
    ["1.0.0 - 2.0.0", "[1.0.0,2.0.0]", ">=1.0.0 <=2.0.0"],
    ["1.*", "[1.0.0,2.0.0-SNAPSHOT)", ">=1.0.0 <2.0.0"],
    ["1.2.*", "[1.2.0,1.3.0-SNAPSHOT)", ">=1.2.0 <1.3.0"],
    ["^6.0.0-dev", "[6.0.0-SNAPSHOT,7.0.0-SNAPSHOT)", ">=6.0.0 <7.0.0"],
    [">=1.0.0-rc.1", "[1.0.0-rc.1,)", ">=1.0.0-rc.1"],
  ])("%s is %s for Maven and %s for npm", (expression, maven, npm) => {
    expect([mavenRange(expression), npmRange(expression)]).toEqual([maven, npm]);
  });

  it.each(["!=1.0.0", "!(1.0.0)", ">1.0.0 & >2.0.0", "<1.0.0 & <2.0.0", "newest", "*", ""])(
    "say that %j has no equal",
    (expression) => {
      const message = `Version '${expression}' in import not supported`;
      expect(() => mavenRange(expression)).toThrow(message);
      expect(() => npmRange(expression)).toThrow(message);
    },
  );
});
