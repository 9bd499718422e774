// @ts-check
/** `nx run <package>:generate`: the module creator over the package's KMDs, or over those of the modules it is the client of. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { planGeneration, readWorkspace } from "../run/generation.js";
import { packageFolder, runAll, workspaceRoot } from "../run/process.js";

const { name } = JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8"));
const workspace = readWorkspace(workspaceRoot);
const creator = workspace.get("@kms/module-creator");
const command = creator && join(creator.folder, "dist", "cli.js");
if (command === undefined || !existsSync(command)) {
  console.error("the module creator is not built: pnpm nx compile kurento-module-creator");
  process.exit(1);
}
for (const args of planGeneration(workspace, name)) {
  mkdirSync(args[args.indexOf("-c") + 1] ?? ".", { recursive: true });
  runAll([["node", command, ...args]]);
}
