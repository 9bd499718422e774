// @ts-check
/**
 * Nx plugin of this workspace: every package.json with an `nx.name` becomes a project whose targets follow from what the
 * package contains. Plain JavaScript, so that it runs on a fresh clone before anything is built.
 */
import { dirname } from "node:path";
import { inferTargets } from "./infer.js";
import { readPackageShape } from "./package-shape.js";
import { readVariant } from "./variant.js";

export const name = "@kms/nx-plugin";

const packageFiles = "{packages,tools}/**/package.json";

/**
 * @param {readonly string[]} files package.json files, relative to the workspace root
 * @param {unknown} _options
 * @param {{workspaceRoot: string}} context
 */
async function inferProjects(files, _options, context) {
  const variant = readVariant(process.env);
  return files.flatMap((file) => {
    const root = dirname(file);
    const shape = readPackageShape(context.workspaceRoot, root);
    if (shape.packageJson.nx?.name === undefined) {
      return [];
    }
    return [[file, { projects: { [root]: { root, targets: inferTargets(shape, variant) } } }]];
  });
}

export const createNodes = /** @type {const} */ ([packageFiles, inferProjects]);
export const createNodesV2 = createNodes;
