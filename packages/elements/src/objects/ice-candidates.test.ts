import { describe, expect, it } from "vitest";
import { LocalCandidates } from "./ice-candidates.js";

const HOST = "candidate:1 1 UDP 100 192.0.2.1 4000 typ host";
const HOST6 = "candidate:2 1 UDP 200 2001:db8::1 4001 typ host";

describe("LocalCandidates", () => {
  it("announces a candidate once for each m-line", () => {
    const candidates = new LocalCandidates();
    const media = [
      { mid: "a", index: 0 },
      { mid: "v", index: 2 },
    ];
    expect(candidates.add(HOST, media)).toEqual([
      { candidate: HOST, sdpMid: "a", sdpMLineIndex: 0 },
      { candidate: HOST, sdpMid: "v", sdpMLineIndex: 2 },
    ]);
  });

  it("names the best candidate's address as default destination", () => {
    const candidates = new LocalCandidates();
    expect(candidates.gathered).toEqual({ candidates: [], isDone: false, destination: undefined });
    candidates.add(HOST, []);
    candidates.add(HOST6, []);
    candidates.finish();
    expect(candidates.gathered.destination).toEqual({ ip: "2001:db8::1", port: 4001 });
    expect(candidates.gathered.isDone).toBe(true);
    candidates.clear();
    expect(candidates.gathered).toEqual({ candidates: [], isDone: false, destination: undefined });
  });
});
