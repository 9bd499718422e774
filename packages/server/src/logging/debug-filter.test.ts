import { describe, expect, it } from "vitest";

import { DebugFilter, defaultDebugList, parseLevel } from "./debug-filter.js";

function level(list: string, category: string): number {
  return new DebugFilter(list).levelOf(category);
}

describe("levels by category", () => {
  it("are 0 where nothing says otherwise", () => {
    expect(level("", "a")).toBe(0);
    expect(level("Kurento*:4", "a")).toBe(0);
  });

  it("come from the entry without a pattern, the last one if there are several", () => {
    expect(level("3", "a")).toBe(3);
    expect(level("3,5", "a")).toBe(5);
  });

  it("come from the last pattern that matches, wherever the general level stands", () => {
    expect(level("Kurento*:5,2", "KurentoServerMethods")).toBe(5);
    expect(level("Kurento*:4,KurentoServerMethods:6", "KurentoServerMethods")).toBe(6);
    expect(level("KurentoServerMethods:6,Kurento*:4", "KurentoServerMethods")).toBe(4);
  });

  it("know * and ? in patterns, and nothing else", () => {
    expect(level("*rtpendpoint:4", "webrtcendpoint")).toBe(0);
    expect(level("*rtpendpoint:4", "baserтpendpoint")).toBe(0);
    expect(level("*rtpendpoint:4", "basertpendpoint")).toBe(4);
    expect(level("km?:5", "kms")).toBe(5);
    expect(level("km?:5", "kmsx")).toBe(0);
    expect(level("k.s:5", "kms")).toBe(0);
    expect(level("k[m]s(:5", "k[m]s(")).toBe(5);
    expect(level("kms:5", "KMS")).toBe(0);
  });

  it("may be given by name, with spaces around", () => {
    expect(level(" 2 , Kurento* : DEBUG ", "KurentoX")).toBe(5);
    expect(level("NONE,a:TRACE", "a")).toBe(7);
  });

  it("leave out what cannot be read", () => {
    expect(level("2,a:verbose,b:,:,10,-1,,x:y:3", "a")).toBe(2);
  });

  it("are Kurento's recommendation by default", () => {
    expect(level(defaultDebugList, "KurentoWorkerPool")).toBe(4);
    expect(level(defaultDebugList, "kmsthing")).toBe(4);
    expect(level(defaultDebugList, "videotestsrc")).toBe(2);
  });
});

describe("a level", () => {
  it("is a digit or a name in capitals", () => {
    expect(["0", "9", "WARNING", "MEMDUMP"].map(parseLevel)).toEqual([0, 9, 2, 9]);
    expect(["", "12", "warning", "-1", "1.5"].map(parseLevel)).toEqual(Array(5).fill(undefined));
  });
});
