// @ts-check
import { describe, expect, it } from "vitest";
import { Failure } from "./failure.js";
import { changesOf, release, snapshot, snapshotVersion } from "./versions.js";

const moment = { timestamp: "20261126170000", commit: "0123abc", isDirty: false };
const plan = {
  changesets: [
    { id: "loud", summary: "It is louder.", releases: [{ name: "@kms/core" }] },
    { id: "other", summary: "Something else.", releases: [{ name: "@kms/server" }] },
  ],
  releases: [
    {
      name: "@kms/core",
      oldVersion: "7.3.0",
      newVersion: "7.4.0",
      type: "minor",
      changesets: ["loud"],
    },
  ],
};
const none = { changesets: [], releases: [] };

describe("a snapshot", () => {
  it("sorts before the release that brings its changes", () => {
    const { base, full, changes } = snapshot({ name: "@kms/core", version: "7.3.0" }, plan, moment);
    expect({ base, full }).toEqual({ base: "7.4.0", full: "7.4.0~20261126170000.git0123abc" });
    expect(changes).toEqual(["It is louder."]);
  });

  it("sorts after the last release where nothing is pending", () => {
    const { full, changes } = snapshot({ name: "@kms/filters", version: "7.3.0" }, plan, moment);
    expect(full).toBe("7.3.0+20261126170000.git0123abc");
    expect(changes).toEqual(["Snapshot; no change since 7.3.0."]);
  });

  it("says that it holds what is not committed", () => {
    expect(snapshotVersion("1.0.0", undefined, { ...moment, isDirty: true }).full).toMatch(
      /\.git0123abc\.dirty$/,
    );
  });
});

describe("a release", () => {
  const changelog =
    "# @kms/core\n\n## 7.4.0\n\n### Minor Changes\n\n- 0123abc: It is louder.\n\n- And faster.\n\n## 7.3.0\n\n- Old.\n";

  it("has the version and the changes that changesets wrote", () => {
    const { full, changes } = release({ name: "@kms/core", version: "7.4.0" }, changelog, none);
    expect(full).toBe("7.4.0");
    expect(changes).toEqual(["It is louder.", "And faster."]);
  });

  it("is refused while changesets are pending", () => {
    const make = () => release({ name: "@kms/core", version: "7.3.0" }, changelog, plan);
    expect(make).toThrow(Failure);
    expect(make).toThrow("2 changesets are pending");
    expect(make).toThrow("pnpm changeset version");
  });

  it("says at least that it is one", () => {
    expect(changesOf("", "1.2.3")).toEqual(["Release 1.2.3."]);
  });
});
