import { describe, expect, it } from "vitest";
import { acceptsVersion, isDevVersion, isVersion, satisfies } from "./version.js";

describe("satisfies", () => {
  it.each<[string, string, boolean]>([
    ["=1.0.0", "1.0.0", true],
    ["!=1.0.0", "1.0.0", false],
    [">1.0.0", "1.0.1", true],
    [">1.0.0", "1.0.0", false],
    [">=1.0.0", "1.0.0", true],
    ["<2.0.0", "2.0.0", false],
    ["<=2.0.0", "2.0.0", true],
    ["1.2.3", "1.2.3", true],
    ["1", "1.0.0", true],
    ["2.0", "2.0.0", true],
    ["2.0", "2.0.1", false],
    ["~1", "9.0.0", true],
    ["~1.5", "1.9.9", true],
    ["~1.5", "2.0.0", false],
    ["~1.2.3", "1.2.9", true],
    ["~1.2.3", "1.3.0", false],
    ["^1.2.3", "1.9.0", true],
    ["^1.2.3", "2.0.0", false],
    ["^1.2.3", "1.2.2", false],
    ["1.*", "1.7.0", true],
    ["1.*", "2.0.0", false],
    ["1.2.*", "1.2.5", true],
    ["1.2.*", "1.3.0", false],
    ["*", "4.5.6", true],
    ["1.0.0 - 2.0.0", "2.0.0", true],
    ["1.0.0 - 2.0.0", "2.0.1", false],
    [">=1.0.0 & <2.0.0", "1.5.0", true],
    [">=1.0.0 & <2.0.0", "1.0.0-beta", false],
    [">=1.0.0 & <2.0.0", "2.0.0", false],
    ["<=0.9.9 | >=1.0.0", "0.9.0", true],
    ["<=0.9.9 | >=1.0.0", "0.9.10", false],
    ["!(1.0.0)", "1.0.1", true],
    ["!(>=1.0.0 & <2.0.0)", "1.5.0", false],
    ["((>=1.0 & <2.0) | =3.0.0) & !(1.5.0)", "3.0.0", true],
    ["((>=1.0 & <2.0) | =3.0.0) & !(1.5.0)", "1.5.0", false],
    [">1.0.0-alpha.1", "1.0.0-alpha.2", true],
    [">1.0.0-alpha.1", "1.0.0-alpha", false],
    [">1.0.0-alpha", "1.0.0-alpha.1", true],
    [">1.0.0-1", "1.0.0-alpha", true],
    [">1.0.0-alpha", "1.0.0-1", false],
    [">1.0.0-alpha", "1.0.0-beta", true],
    [">1.0.0-beta", "1.0.0-alpha+build", false],
    ["<1.0.0", "1.0.0-rc.1", true],
    [">1.0.0-rc", "1.0.0", true],
  ])("%s with %s: %s", (expression, version, expected) => {
    expect(satisfies(version, expression)).toBe(expected);
  });

  it.each([
    "",
    "x",
    ">",
    "(1.0.0",
    "1.0.0)",
    "1.0.0 2.0.0",
    "1.0.0 &",
    "!1.0.0",
    "1.2.3.4",
    "1.0.0 @",
  ])("rejects %j", (expression) => {
    expect(() => satisfies("1.0.0", expression)).toThrow(/is no version/);
  });
});

describe("acceptsVersion", () => {
  it.each<[string, string, boolean]>([
    ["1.2.3-dev", "1.2.3-dev", true],
    ["1.2.3-dev", "1.2.4", true],
    ["1.2.3-dev", "1.9.9", true],
    ["1.2.3-dev", "2.0.0", false],
    ["^6.0.0", "6.0.0-dev", true],
    ["6.0.0-dev", "6.0.0", true],
    ["6.0.0", "6.0.1", false],
    ["^7.1.0", "7.3.0", true],
    ["^7.1.0", "7.0.0", false],
    ["~1.0", "1.5.0", true],
    [">2.0.0", "1.5.0", false],
  ])("import %s, module %s: %s", (expression, version, expected) => {
    expect(acceptsVersion(expression, version)).toBe(expected);
  });
});

describe("kinds of version", () => {
  it("are told apart", () => {
    expect([isDevVersion("1.0.0-dev"), isDevVersion("1.0.0")]).toEqual([true, false]);
    expect(["1.2.3", "1.2.3-dev", "1.2.3-rc.1+b"].map(isVersion)).toEqual([true, true, true]);
    expect(["1.2", "^1.2.3", "x", "1.2.3; rm"].map(isVersion)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
