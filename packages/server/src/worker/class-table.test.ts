import { coreModule, PassThrough } from "@kms/core";
import type { ServerModule } from "@kms/core";
import { module as core } from "@kms/core/module";
import { describe, expect, it } from "vitest";

import { ClassTable } from "./class-table.js";

const withClasses = (classes: ServerModule["classes"]): ServerModule => ({ ...core, classes });
const other: ServerModule = {
  ...core,
  spec: { ...coreModule, name: "other", wireModule: "kurento", classes: [] },
  classes: { PassThrough },
};

describe("ClassTable", () => {
  it("has the classes that modules implement", () => {
    const table = new ClassTable([core]);
    expect(table.get("kurento.PassThrough").spec.name).toBe("PassThrough");
    expect(table.unbuilt()).toEqual([]);
  });

  it("tells classes that are declared, can be created, and have no implementation", () => {
    const table = new ClassTable([withClasses({ PassThrough })]);
    expect(table.unbuilt()).toEqual(["kurento.HubPort", "kurento.MediaPipeline"]);
    expect(() => table.get("kurento.HubPort")).toThrow(
      expect.objectContaining({
        code: 40006,
        type: "NOT_IMPLEMENTED",
        message: "Class 'kurento.HubPort' is not implemented in this build yet",
      }),
    );
  });

  it.each(["kurento.Nothing", "kurento.MediaElement", "PassThrough"])("refuses %s", (name) => {
    expect(() => new ClassTable([core]).get(name)).toThrow(
      expect.objectContaining({ code: 40108, message: `Factory '${name}' not found` }),
    );
  });

  it("refuses modules with classes that their KMD does not declare", () => {
    expect(() => new ClassTable([withClasses({ Nothing: PassThrough })])).toThrow(
      "module 'core' does not declare its class 'Nothing'",
    );
    expect(() => new ClassTable([core, other])).toThrow(
      "module 'other' does not declare its class 'PassThrough'",
    );
  });

  it("refuses modules that implement a class that clients cannot create", () => {
    expect(() => new ClassTable([withClasses({ MediaElement: PassThrough })])).toThrow(
      "module 'core' implements 'MediaElement', which its KMD gives no constructor",
    );
  });
});
