// @ts-check
import { describe, expect, it } from "vitest";
import { chosenTest } from "./native-tests.js";

const known = ["router-test", "io-test"];

describe("chosenTest", () => {
  it("takes the test that --test names, and none for all of them", () => {
    expect(chosenTest(["native", "--test=io-test"], known)).toBe("io-test");
    expect(chosenTest(["native"], known)).toBeUndefined();
  });

  it("lists the tests where the name is none of theirs", () => {
    expect(() => chosenTest(["--test=io"], known)).toThrow(
      'no test is named "io"; there are: router-test, io-test',
    );
  });

  it("names an option that it does not know", () => {
    expect(() => chosenTest(["--tests=io-test"], known)).toThrow("unknown option --tests=io-test");
  });
});
