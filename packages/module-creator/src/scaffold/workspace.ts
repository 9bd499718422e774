import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** A place for a module inside the workspace of kms-omni. */
export interface WorkspacePlace {
  /** Path from the module's folder to the workspace's. */
  readonly up: string;
}

const MARKS = ["pnpm-workspace.yaml", "tsconfig.base.json", "packages/core/kmd"];

/**
 * Whether a folder will be a member of the workspace: `packages/<name>` or `packages/extras/<name>`.
 *
 * @returns `undefined` for a folder anywhere else
 */
export function workspacePlace(folder: string): WorkspacePlace | undefined {
  const target = resolve(folder);
  const parents = [join(target, "../.."), join(target, "../../..")];
  const root = parents.find((path) => MARKS.every((mark) => existsSync(join(path, mark))));
  if (root === undefined) return undefined;
  const parent = relative(root, dirname(target));
  return ["packages", "packages/extras"].includes(parent)
    ? { up: relative(target, root) }
    : undefined;
}
