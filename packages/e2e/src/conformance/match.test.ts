import { describe, expect, it } from "vitest";

import { withEcho, withoutEcho } from "./echo.js";
import type { Json } from "./json.js";
import { findDifference } from "./match.js";
import { normaliseResponse } from "./normalise.js";
import { Bindings, SymbolTable } from "./symbols.js";

const first = "11111111-1111-4111-8111-111111111111";
const second = "22222222-2222-4222-8222-222222222222";

function difference(expected: Json, actual: Json, bindings = new Bindings({})): string | undefined {
  return findDifference(expected, actual, bindings);
}

describe("symbols", () => {
  it("number the ids of a recording", () => {
    const table = new SymbolTable();
    expect(table.encode(`${first}_A/${second}_B ${first}`)).toBe("<1>_A/<2>_B <1>");
    expect(table.encode(second)).toBe("<2>");
  });

  it("are learnt from what comes, and told from then on", () => {
    const bindings = new Bindings({ media: "/m" });
    expect(difference("<1>_A/<2>_B", `${first}_A/${second}_B`, bindings)).toBeUndefined();
    expect(bindings.fill("file://<media>/<2>")).toBe(`file:///m/${second}`);
    expect(bindings.encode(`x ${first}`)).toBe("x <1>");
    expect(difference("<1>", second, bindings)).toBeDefined();
    expect(difference("<3>/<3>", `${first}/${second}`, bindings)).toBeDefined();
  });

  it("that the server never told are invented", () => {
    const bindings = new Bindings({});
    expect(bindings.fill("<1>")).toBe(bindings.fill("<1>"));
    expect(bindings.hasInvented("<2> <1>")).toBe(true);
    expect(bindings.hasInvented("<2>")).toBe(false);
  });
});

describe("values", () => {
  it.each<[Json, Json]>([
    [1, 1],
    [null, null],
    [{ a: [1, { b: "x" }] }, { a: [1, { b: "x" }] }],
    [
      ["<1>", "<2>"],
      [second, first],
    ],
  ])("%j matches %j", (expected, actual) => {
    expect(difference(expected, actual)).toBeUndefined();
  });

  it.each<[Json, Json]>([
    [1, "1"],
    [null, {}],
    [{ a: null }, {}],
    [{}, { a: null }],
    [
      [1, 2],
      [2, 1],
    ],
    [["<1>"], [first, second]],
    ["<1>", "no id"],
    ["a.c", "abc"],
  ])("%j does not match %j", (expected, actual) => {
    expect(difference(expected, actual)).toBeDefined();
  });

  it("tells where the difference is", () => {
    const text = difference(
      { error: { code: 1, message: "a" } },
      { error: { code: 1, message: "b" } },
    );
    expect(text).toBe('error: message: "a" expected, "b" came');
  });
});

describe("normal form", () => {
  const request = (operation: string): { params: { operation: string; sessionId: string } } => ({
    params: { operation, sessionId: "s" },
  });
  const value = (operation: string, result: Json): Json | undefined => {
    const response = normaliseResponse(request(operation), {
      jsonrpc: "2.0",
      result: { value: result },
    });
    return (response as { result: { value: Json } }).result.value;
  };

  it("keeps what negotiation decides", () => {
    const sdp = [
      "v=0",
      "a=group:BUNDLE 0 1",
      "m=audio 9 UDP/TLS/RTP/SAVPF 96",
      "a=sendonly",
      "a=rtpmap:96 opus/48000/2",
      "m=video 0 UDP/TLS/RTP/SAVPF 97",
      "a=rtpmap:97 VP8/90000",
      "a=rtpmap:98 rtx/90000",
    ].join("\r\n");
    const protocol = "UDP/TLS/RTP/SAVPF";
    expect(value("processOffer", sdp)).toEqual({
      "<sdp>": {
        bundle: 2,
        media: [
          {
            kind: "audio",
            accepted: true,
            protocol,
            direction: "sendonly",
            codecs: ["opus/48000/2"],
          },
          { kind: "video", accepted: false, protocol, direction: "", codecs: ["VP8/90000"] },
        ],
      },
    });
  });

  it("keeps types of what differs from run to run, and members of statistics", () => {
    expect(value("getUsedMemory", 5)).toBe("<number>");
    expect(value("getUsedMemory", null)).toBeNull();
    expect(value("getKmd", "{}")).toBe("<kmd>");
    expect(value("getName", "digraph {}")).toBe("<graph>");
    expect(value("getStats", { id: { __type__: "A", x: 1 } })).toEqual({
      "<stats>": { A: ["__type__", "x"] },
    });
  });

  it("leaves out what a response repeats, and puts it back", () => {
    const asked = { id: 1, ...request("getName") };
    const response = { id: 1, result: { value: "x", sessionId: "s" } };
    const short = withoutEcho(asked, response);
    expect(short).toEqual({ result: { value: "x" } });
    expect(withEcho(asked, short)).toEqual(response);
    const other = { id: null, error: { code: 1 } };
    expect(withEcho(asked, withoutEcho(asked, other))).toEqual(other);
  });
});
