// @ts-check
import { describe, expect, it } from "vitest";
import { planGeneration, transitiveDependencies } from "./generation.js";

/**
 * @param {string} name
 * @param {string[]} dependencies
 * @param {import('../package-shape.js').KmsOptions} [kms]
 * @returns {[string, import('./generation.js').WorkspacePackage]}
 */
function member(name, dependencies, kms = {}) {
  const entries = Object.fromEntries(dependencies.map((other) => [`@kms/${other}`, "workspace:*"]));
  const manifest = { name: `@kms/${name}`, dependencies: { ...entries, ws: "8.0.0" }, kms };
  const hasKmd = ["core", "elements", "filters"].includes(name);
  const hasNative = ["filters", "native-client"].includes(name);
  return [`@kms/${name}`, { folder: `/w/${name}`, manifest, hasKmd, hasNative }];
}

const workspace = new Map([
  member("jsonrpc", []),
  member("core", ["jsonrpc"]),
  member("elements", ["core"]),
  member("filters", ["elements"], { runtime: "@kms/elements/core" }),
  member("client", ["jsonrpc", "elements"], { clientOf: ["core", "@kms/elements"] }),
  member("native-client", ["core"], { clientOf: ["core"] }),
  member("broken", [], { clientOf: ["absent"] }),
]);

describe("transitiveDependencies", () => {
  it("follows workspace packages over any number of steps and leaves others out", () => {
    expect(transitiveDependencies(workspace, "@kms/filters")).toEqual([
      "@kms/elements",
      "@kms/core",
      "@kms/jsonrpc",
    ]);
  });
});

describe("planGeneration", () => {
  it("gives a module its own KMDs and those it may import", () => {
    const [args, types, ...more] = planGeneration(workspace, "@kms/filters");
    expect(more).toEqual([]);
    expect(types?.slice(-4).join(" ")).toBe(
      "-it server-cpp -c /w/filters/native/generated/kms/modules/filters",
    );
    expect(args?.join(" ")).toBe(
      "-r /w/filters/kmd -dr /w/elements/kmd -dr /w/core/kmd -it server-ts -c /w/filters/src/generated" +
        " --runtime @kms/elements/core",
    );
  });

  it("makes one folder for each module of a client", () => {
    const runs = planGeneration(workspace, "@kms/client").map((args) => args.join(" "));
    expect(runs).toEqual([
      "-r /w/core/kmd -it client-ts -c /w/client/src/generated/core",
      "-r /w/elements/kmd -dr /w/core/kmd -it client-ts -c /w/client/src/generated/elements",
    ]);
  });

  it("makes C++ classes where the client has native code", () => {
    const runs = planGeneration(workspace, "@kms/native-client").map((args) => args.join(" "));
    expect(runs[1]).toBe(
      "-r /w/core/kmd -it client-cpp -c /w/native-client/native/generated/kms/client/core",
    );
  });

  it("names a module that the workspace does not have", () => {
    expect(() => planGeneration(workspace, "@kms/broken")).toThrow("no package @kms/absent");
  });

  it("plans nothing for a package without KMDs", () => {
    expect(planGeneration(workspace, "@kms/jsonrpc")).toEqual([]);
  });
});
