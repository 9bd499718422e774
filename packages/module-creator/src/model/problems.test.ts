import { expect, it } from "vitest";
import { readKmd } from "../kmd/read.js";
import { Origin, Problems } from "./problems.js";

it("steps that know no place have their message kept with one, whatever they throw", () => {
  const problems = new Problems();
  const origin = new Origin(readKmd({ file: "a.kmd.json", text: "{}" }));
  const fail = (thrown: unknown) => (): never => {
    throw thrown;
  };
  expect(problems.attempt(origin, "better", () => 1)).toBe(1);
  expect(problems.attempt(origin, "better", fail(new Error("bad")))).toBeUndefined();
  expect(problems.attempt(origin, "better", fail("worse"))).toBeUndefined();
  expect(() => problems.throwIfAny()).toThrow(
    "a.kmd.json:1:1 $: bad, expected better\na.kmd.json:1:1 $: worse, expected better",
  );
});
