import { describe, expect, it } from "vitest";

import { SlowViewers } from "./slow-viewers.js";
import type { ViewerRoom } from "./slow-viewers.js";

const viewers = (...rooms: (number | undefined)[]): ViewerRoom[] =>
  rooms.map((room, at) => ({ link: `viewer-${at}`, family: "vp8", room }));

/** Which of them are slow after looks at these seconds. */
function slowAfter(slow: SlowViewers, all: readonly ViewerRoom[], ...seconds: number[]): string[] {
  for (const second of seconds) slow.update(all, second * 1000);
  return all.map(({ link }) => link).filter((link) => slow.has(link));
}

describe("SlowViewers", () => {
  it("are those below half of the median, after five seconds of it", () => {
    const slow = new SlowViewers();
    const all = viewers(400_000, 1_000_000, 900_000);
    expect(slowAfter(slow, all, 0, 4.9)).toEqual([]);
    expect(slow.update(all, 5000)).toBe(true);
    expect(slowAfter(slow, all)).toEqual(["viewer-0"]);
    expect(slow.update(all, 6000)).toBe(false);
  });

  it("are not those who are so for a moment", () => {
    const slow = new SlowViewers();
    slowAfter(slow, viewers(400_000, 1_000_000, 900_000), 0, 3);
    slowAfter(slow, viewers(600_000, 1_000_000, 900_000), 4);
    expect(slowAfter(slow, viewers(400_000, 1_000_000, 900_000), 5, 9)).toEqual([]);
  });

  it("are slow no more once they have had three quarters for a while", () => {
    const slow = new SlowViewers();
    slowAfter(slow, viewers(400_000, 1_000_000, 900_000), 0, 5);
    expect(slowAfter(slow, viewers(600_000, 1_000_000, 900_000), 6, 60)).toEqual(["viewer-0"]);
    expect(slowAfter(slow, viewers(700_000, 1_000_000, 900_000), 61, 75)).toEqual(["viewer-0"]);
    expect(slowAfter(slow, viewers(700_000, 1_000_000, 900_000), 76)).toEqual([]);
  });

  it("counts viewers of whom nothing is known as fast", () => {
    const slow = new SlowViewers();
    expect(slowAfter(slow, viewers(undefined, undefined), 0, 10)).toEqual([]);
    expect(slowAfter(slow, viewers(undefined, 300_000), 0, 10)).toEqual([]);
    expect(slowAfter(slow, viewers(undefined, 100_000, 900_000), 10, 20)).toEqual(["viewer-1"]);
  });

  it("compares only those who share an encoder", () => {
    const slow = new SlowViewers();
    const [low, ...fast] = viewers(100_000, 900_000, 900_000);
    const all = [{ ...low, family: "h264" } as ViewerRoom, ...fast];
    expect(slowAfter(slow, all, 0, 10)).toEqual([]);
  });

  it("forgets those who left", () => {
    const slow = new SlowViewers();
    const all = viewers(400_000, 1_000_000, 900_000);
    slowAfter(slow, all, 0, 5);
    slow.update(all.slice(1), 6000);
    expect(slowAfter(slow, all, 7)).toEqual([]);
  });
});
