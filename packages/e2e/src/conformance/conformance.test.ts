import { beforeAll, describe, expect, it } from "vitest";

import { replayAll } from "./replay-all.js";
import { builtShare, report, staleClasses, totals } from "./report.js";
import { readTranscripts } from "./transcript.js";
import { judge, type Verdict } from "./verdict.js";

const MIN_SHARE = 0.95;
const TIMEOUT_MS = 180_000;

describe("conversations recorded with Kurento", () => {
  const only = process.env["KMS_CONFORMANCE"] ?? "";
  const transcripts = readTranscripts().filter(({ name }) => name.startsWith(only));
  const verdicts = new Map<string, Verdict>();

  beforeAll(async () => {
    await replayAll(transcripts, (result) => verdicts.set(result.transcript, judge(result)));
    const sorted = [...verdicts.values()].sort((a, b) => (a.transcript < b.transcript ? -1 : 1));
    console.log(report(sorted));
  }, TIMEOUT_MS);

  it.each(transcripts)("$name goes on as with Kurento", ({ name }) => {
    const { exchanges, events, stale } = verdicts.get(name) ?? {};
    expect(exchanges?.failures).toEqual([]);
    expect(events?.failures).toEqual([]);
    expect(stale).toEqual([]);
  });

  // Of single conversations neither says anything.
  if (only === "") {
    it("matches at least 95 % of the exchanges that concern what is built", () => {
      const exchanges = [...verdicts.values()].map((verdict) => verdict.exchanges);
      expect(builtShare(totals(exchanges))).toBeGreaterThanOrEqual(MIN_SHARE);
      expect(staleClasses([...verdicts.values()])).toEqual([]);
    });
  }
});
