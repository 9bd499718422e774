// docs/api-change.md: a method is added to a KMD, `./kms api` says where it is missing, and has it everywhere once it is there.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Workspace } from "./support/workspace.js";

const KMD = "packages/filters/kmd/filters.GStreamerFilter.kmd.json";
const CLASS = "packages/filters/src/objects/gstreamer-filter.ts";
const API = ["node", "tools/omni/src/api.js"] as const;

interface Kmd {
  readonly remoteClasses: { readonly methods: unknown[] }[];
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, "utf8")));
}

it("finds the one place to fill in, then has the method in server, clients and reference", async () => {
  await using workspace = await Workspace.copy();
  const path = (file: string): string => join(workspace.root, file);
  await edit(path(KMD), (text) => {
    const kmd = JSON.parse(text) as Kmd;
    const returned = { type: "String", doc: "Its name." };
    kmd.remoteClasses[0]?.methods.push({
      ...{ name: "nameOfElement", doc: "Tells the element.", params: [], return: returned },
    });
    return JSON.stringify(kmd, null, 2);
  });
  const failure: unknown = await workspace.run(...API).catch((error: unknown) => error);
  const { stdout } = failure as { readonly stdout: string };
  expect(stdout).toMatch(
    /src\/objects\/gstreamer-filter\.ts\(\d+,\d+\): error TS\d+:.*nameOfElement/,
  );
  expect(stdout.match(/error TS/g)).toHaveLength(1);

  const method = '  nameOfElement(): string {\n    return "";\n  }\n';
  await edit(path(CLASS), (text) => text.replace(/\}\n$/, `\n${method}}\n`));
  await workspace.run(...API);
  const client = "packages/client/src/generated/filters";
  expect(await workspace.run("grep", "-rl", "nameOfElement", path(client))).not.toBe("");
  const reference = "docs/generated/reference/filters/classes/GStreamerFilter.md";
  expect(await readFile(path(reference), "utf8")).toContain("nameOfElement");
}, 900_000);
