import { describe, expect, it } from "vitest";
import { LocalCandidates, withExternalAddress } from "./ice-candidates.js";

const HOST = "candidate:1 1 UDP 100 192.0.2.1 4000 typ host";
const HOST6 = "candidate:2 1 UDP 200 2001:db8::1 4001 typ host";
const REFLEXIVE = "candidate:3 1 UDP 50 198.51.100.1 5000 typ srflx raddr 192.0.2.1 rport 4000";

describe("withExternalAddress", () => {
  it("replaces the address of host candidates of that family only", () => {
    expect(withExternalAddress(HOST, "203.0.113.9", "")).toContain(" 203.0.113.9 4000 typ host");
    expect(withExternalAddress(HOST6, "203.0.113.9", "")).toBe(HOST6);
    expect(withExternalAddress(HOST6, "", "2001:db8::9")).toContain(" 2001:db8::9 4001 ");
    expect(withExternalAddress(REFLEXIVE, "203.0.113.9", "")).toBe(REFLEXIVE);
  });
});

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
  });
});
