import process from "node:process";

import { beforeEach, describe, expect, it } from "vitest";

import { CategoryLogger } from "./category-logger.js";
import { DebugFilter } from "./debug-filter.js";
import { formatLine, timeText } from "./log-line.js";

let lines: string[];

beforeEach(() => {
  lines = [];
});

function logger(list: string, isColored = false): CategoryLogger {
  const filter = new DebugFilter(list);
  return new CategoryLogger("KurentoTest", {
    filter,
    isColored,
    write: (line) => lines.push(line),
  });
}

describe("a category's logger", () => {
  it("writes the original's format", () => {
    const log = logger("4");
    function speak(): void {
      log.info("hello", { object: "id_kurento.MediaPipeline", count: 2 });
    }
    speak();
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(
          `^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d,\\d{6}  ${process.pid}  0x[0-9a-f]{16}     info  KurentoTest  ` +
            "category-logger\\.test\\.ts:\\d+  speak\\(\\)  <id_kurento\\.MediaPipeline> hello count=2\n$",
        ),
      ),
    ]);
  });

  it("names methods without their class", () => {
    class Speaker {
      readonly #log = logger("4");
      speak(): void {
        this.#whisper();
      }
      #whisper(): void {
        this.#log.warning("x");
      }
    }
    new Speaker().speak();
    expect(lines[0]).toContain("  whisper()  x\n");
  });

  it("keeps to the level of its category", () => {
    const log = logger("2,KurentoOther:6");
    for (const severity of ["error", "warning", "info", "debug", "log", "trace"] as const) {
      log[severity]("mine");
      log.category("KurentoOther")[severity]("other");
    }
    const seen = lines.map((line) => /(\w+) {2}(Kurento\w+)/.exec(line)?.slice(1).join(" "));
    expect(seen).toEqual([
      "error KurentoTest",
      "error KurentoOther",
      "warning KurentoTest",
      "warning KurentoOther",
      "info KurentoOther",
      "debug KurentoOther",
      "log KurentoOther",
    ]);
    expect([log.isOn("warning"), log.isOn("info")]).toEqual([true, false]);
  });

  it("colours the severity only", () => {
    logger("4", true).error("x");
    expect(lines[0]).toMatch(/ {2}\u001b\[31m {2}error\u001b\[0m {2}KurentoTest {2}/);
  });

  it("writes one line, whatever clients send", () => {
    logger("4").info("a\nb\u001b[2J", { error: new Error("c\nd") });
    expect(lines[0]?.match(/\n/g)).toHaveLength(1);
    expect(lines[0]).toContain("a\\nb\\u001b[2J error=Error: c\\nd\\n    at ");
  });

  it("cuts an endless message", () => {
    logger("4").info("x".repeat(100_000));
    expect(lines[0]).toMatch(/x\.\.\. \(100000 characters\)\n$/);
  });

  it("leaves the stack traces of others as they are", () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    logger("4").info("x");
    expect([Error.prepareStackTrace, Error.stackTraceLimit]).toEqual([
      prepareStackTrace,
      stackTraceLimit,
    ]);
  });
});

describe("the time of a line", () => {
  it("has six decimals, of the local day", () => {
    const timeMs = new Date(2018, 5, 14, 19, 44, 26, 7).getTime() + 0.5;
    expect(timeText(timeMs)).toBe("2018-06-14T19:44:26,007500");
    const site = { file: "a.ts", line: 1, functionName: "f" };
    const record = { timeMs, severity: "log", category: "c", site, message: "m" } as const;
    expect(formatLine({ ...record, fields: undefined }, false)).toMatch(
      /^2018-06-14T19:44:26,007500 .* {2} {4}log {2}c {2}a\.ts:1 {2}f\(\) {2}m\n$/,
    );
  });
});
