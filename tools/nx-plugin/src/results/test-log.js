// @ts-check
/**
 * A vitest reporter: the log of the whole run, without colours, in the file that KMS_TEST_LOG names. Each test begins with
 * "<file>:<line>:<title>: test start", as in CTest's log of the native tests, and what it printed follows.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** @typedef {{type: string, content: string, taskId?: string}} Printed as vitest tells of it */

export class TestLog {
  #file;
  /** What was printed, by the id of the test or file that did. @type {Map<string, string>} */
  #printed = new Map();

  /** @param {{file?: string}} [options] file: absolute */
  constructor({ file = process.env["KMS_TEST_LOG"] ?? "" } = {}) {
    this.#file = file;
  }

  /** @param {Printed} log */
  onUserConsoleLog({ content, taskId = "" }) {
    this.#printed.set(taskId, (this.#printed.get(taskId) ?? "") + content);
  }

  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const text = modules.map((module) => this.#moduleText(module)).join("");
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, stripVTControlCharacters((this.#printed.get("") ?? "") + text));
  }

  /** @param {import('vitest/node').TestModule} module */
  #moduleText(module) {
    const errors = module.errors().map(({ stack, message }) => `${stack ?? message}\n`);
    const tests = [...module.children.allTests()].map((test) => this.#testText(test));
    return [this.#printed.get(module.id) ?? "", ...errors, ...tests].join("");
  }

  /** @param {import('vitest/node').TestCase} test */
  #testText(test) {
    const title = `${test.module.relativeModuleId}:${test.location?.line ?? 0}:${test.fullName}`;
    const { state, errors } = test.result();
    const reasons = (errors ?? []).map(({ stack, message }) => `${stack ?? message}\n`).join("");
    const duration = Math.round(test.diagnostic()?.duration ?? 0);
    const printed = this.#printed.get(test.id) ?? "";
    return `${title}: test start\n${printed}${reasons}${title}: ${state} (${duration} ms)\n`;
  }
}

export { TestLog as default };
