import { parseArgs } from "node:util";
import type { Output } from "../command.js";
import { Renderer } from "../emit/render.js";
import { templateFolder } from "../generate.js";
import { createFolder } from "./create.js";
import { KINDS, type Kind, scaffoldFiles } from "./files.js";
import { moduleNames } from "./names.js";
import { workspacePlace } from "./workspace.js";

const HELP = `usage: kurento-module-scaffold <Name> <output folder> [${KINDS.join("|")}]
  Makes a new module: a filter, its API, its GStreamer element and their tests.
  <Name>           name of the filter, like FaceFinder
  <output folder>  made by this command; inside kms-omni, packages/<name> or packages/extras/<name>
  gstreamer        the element works on the bytes of each frame (default)
  opencv           the element works on each frame as a cv::Mat
  -h, --help       this text`;

/**
 * Runs `kurento-module-scaffold`.
 *
 * @param args without the interpreter and the script
 * @returns the exit code: 0, or 1 where nothing was made
 */
export function runScaffold(args: readonly string[], output: Output): number {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" } },
    });
    if (values.help === true) {
      output.out(HELP);
      return 0;
    }
    const [name, folder, kind = "gstreamer", ...rest] = positionals;
    if (name === undefined || folder === undefined || rest.length > 0) {
      output.err(HELP);
      return 1;
    }
    scaffold(name, folder, asKind(kind)).forEach((line) => output.out(line));
    return 0;
  } catch (error) {
    output.err(
      `kurento-module-scaffold: ${error instanceof Error ? error.message : String(error)}`,
    );
    return 1;
  }
}

function asKind(text: string): Kind {
  const kind = KINDS.find((known) => known === text);
  if (kind === undefined) throw new Error(`'${text}' is none of ${KINDS.join(", ")}`);
  return kind;
}

function scaffold(name: string, folder: string, kind: Kind): readonly string[] {
  const names = moduleNames(name);
  const workspace = workspacePlace(folder);
  const renderer = new Renderer(templateFolder());
  const files = scaffoldFiles({ names, folder, kind, workspace });
  createFolder(
    folder,
    files.map((file) => renderer.render(file)),
  );
  const build =
    workspace === undefined
      ? `cd ${folder} && npm install && npm run build && npm test`
      : `pnpm install && pnpm nx test kms-${names.module}`;
  return [`Module '${names.module}' made in ${folder}`, `Build and test it: ${build}`];
}
