import { expect, it } from "vitest";

import { runAs } from "./run-as.js";
import type { ProcessIdentity } from "./run-as.js";

function identity(uid: number): { readonly calls: unknown[]; readonly process: ProcessIdentity } {
  const calls: unknown[] = [];
  const change =
    (name: string) =>
    (id: unknown): void => {
      if (uid !== 0) throw new Error("EPERM");
      calls.push([name, id]);
    };
  const [setgroups, setgid, setuid] = [change("groups"), change("gid"), change("uid")];
  return { calls, process: { getuid: () => uid, setgroups, setgid, setuid } };
}

it("KMS_UID makes root another user, the groups first", () => {
  const { calls, process } = identity(0);
  runAs({ KMS_UID: "1000" }, process);
  expect(calls).toEqual([
    ["groups", [1000]],
    ["gid", 1000],
    ["uid", 1000],
  ]);
});

it.each([{}, { KMS_UID: "" }, { KMS_UID: "0" }])("%j changes nothing", (env) => {
  const { calls, process } = identity(0);
  runAs(env, process);
  expect(calls).toEqual([]);
});

it("KMS_UID that cannot be had ends the start", () => {
  expect(() => runAs({ KMS_UID: "kurento" }, identity(0).process)).toThrow(
    "KMS_UID should be a user id, but is 'kurento'",
  );
  expect(() => runAs({ KMS_UID: "1000" }, identity(33).process)).toThrow("only root can");
  expect(() => runAs({ KMS_UID: "33" }, identity(33).process)).not.toThrow();
});
