import { describe, expect, it } from "vitest";

import { resolve } from "./shared-packages.js";

describe("packages of the built-in modules", () => {
  const parentOf = async (specifier: string): Promise<string | undefined> => {
    let parent: string | undefined;
    const context = {
      conditions: [],
      importAssertions: {},
      importAttributes: {},
      parentURL: "file:///module/dist/module.js",
    };
    await resolve(specifier, context, (name, given) => {
      expect(name).toBe(specifier);
      parent = given?.parentURL;
      return { url: "file:///found.js" };
    });
    return parent;
  };

  it("come from the server, whoever imports them", async () => {
    for (const name of ["@kms/core", "@kms/core/jsonrpc", "@kms/elements", "@kms/filters"])
      expect(await parentOf(name)).toContain("/shared-packages");
  });

  it("are the only ones that do", async () => {
    for (const name of ["@kms/core-tools", "core", "./local.js", "node:fs", "@kms/mine"])
      expect(await parentOf(name)).toBe("file:///module/dist/module.js");
  });
});
