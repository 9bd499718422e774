import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Renderer, type RenderedFile } from "./emit/render.js";
import type { KmdText } from "./kmd/read.js";
import { loadModel } from "./model/load.js";
import type { Model } from "./model/types.js";
import { TARGETS, type TargetOptions } from "./targets.js";

/** What to generate from what. */
export interface GenerateRequest extends TargetOptions {
  /** The module's own KMD files. */
  readonly files: readonly KmdText[];
  /** KMD files of the modules it may import. */
  readonly dependencies: readonly KmdText[];
  /** A key of {@link TARGETS}. */
  readonly target: string;
}

/**
 * Makes the text of all files of a target, without touching the output folder.
 *
 * @throws KmdError, KmdErrors where the KMDs are at fault
 * @throws Error where the target does not exist
 */
export function generate({
  files,
  dependencies,
  target,
  ...options
}: GenerateRequest): readonly RenderedFile[] {
  return renderTarget(loadModel(files, dependencies), target, options);
}

/**
 * Makes the text of all files of a target for a model.
 *
 * @param renderer keeps compiled templates for further calls
 * @throws Error where the target does not exist
 */
export function renderTarget(
  model: Model,
  target: string,
  options: TargetOptions = {},
  renderer = new Renderer(templateFolder()),
): readonly RenderedFile[] {
  const view = Object.hasOwn(TARGETS, target) ? TARGETS[target] : undefined;
  if (view === undefined) {
    throw new Error(`there are no templates '${target}', only ${Object.keys(TARGETS).join(", ")}`);
  }
  return view(model, options).map((file) => renderer.render(file));
}

/** `templates/` lies beside `src/` and `dist/`. */
export function templateFolder(): string {
  return join(dirname(dirname(fileURLToPath(import.meta.url))), "templates");
}
