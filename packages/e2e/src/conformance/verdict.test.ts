import { describe, expect, it } from "vitest";

import type { Exchange, ReplayResult } from "./replay.js";
import { builtShare, report, totals } from "./report.js";
import { judge } from "./verdict.js";

const exchange = (n: number, text: string, difference?: string): Exchange => ({
  n,
  text,
  expected: {},
  difference,
});

function replayed(
  transcript: string,
  exchanges: readonly Exchange[],
  findings: readonly string[] = [],
): ReplayResult {
  return { transcript, exchanges, events: { expected: findings.length, findings } };
}

describe("a verdict", () => {
  it("fails what no exception covers", () => {
    const verdict = judge(
      replayed("99-x", [exchange(1, "a"), exchange(2, "b", "wrong")], ["Error"]),
    );
    expect(verdict.exchanges).toMatchObject({ all: 2, matched: 1, failures: ["2: b\n  wrong"] });
    expect(verdict.events.failures).toEqual(["Error"]);
  });

  it("names exceptions that are not needed", () => {
    const { stale } = judge(replayed("01-x", [exchange(24, "matches")]));
    expect(stale).toEqual([expect.stringContaining("the exception for 24 is not needed")]);
  });

  it("takes along what names an object that is not built", () => {
    const id = "<1>_kurento.MediaPipeline/<2>_kurento.ZBarFilter";
    const created = {
      ...exchange(1, `{"type":"ZBarFilter"} "${id}"`, "refused"),
      expected: { result: { value: id } },
    };
    const verdict = judge(replayed("99-x", [created, exchange(2, `on ${id}`, "40101")]));
    expect(verdict.exchanges.failures).toEqual([]);
    expect(verdict.exchanges.excused.map(({ kind }) => kind)).toEqual(["later", "later"]);
  });

  it("counts honestly", () => {
    const verdict = judge(
      replayed("99-x", [exchange(1, ""), exchange(2, '"ZBarFilter"', "x"), exchange(3, "", "x")]),
    );
    const sums = totals([verdict.exchanges]);
    expect(sums).toEqual({
      all: 3,
      matched: 1,
      excused: { bug: 0, later: 1, media: 0 },
      failed: 1,
    });
    expect(builtShare(sums)).toBe(0.5);
    expect(report([verdict])).toContain("33.3 % of all 3 exchanges match");
  });
});
