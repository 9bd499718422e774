import { basename, resolve } from "node:path";
import type { FileView } from "../view/file-view.js";
import type { ModuleNames } from "./names.js";
import { KURENTO_VERSION, VERSIONS } from "./versions.js";
import type { WorkspacePlace } from "./workspace.js";

/** What the new module's element works with: GStreamer alone, or OpenCV on its frames. */
export const KINDS = ["gstreamer", "opencv"] as const;
export type Kind = (typeof KINDS)[number];

/** What to make. */
export interface ScaffoldPlan {
  readonly names: ModuleNames;
  readonly folder: string;
  readonly kind: Kind;
  readonly workspace: WorkspacePlace | undefined;
}

/** Path of each file, by the template that makes it. */
const PATHS: Readonly<Record<string, (names: ModuleNames) => string>> = {
  gitignore: () => ".gitignore",
  readme: () => "README.md",
  package: () => "package.json",
  tsconfig: () => "tsconfig.json",
  "module.kmd": ({ module }) => `kmd/${module}.kmd.json`,
  "class.kmd": ({ module, className }) => `kmd/${module}.${className}.kmd.json`,
  index: () => "src/index.ts",
  module: () => "src/module.ts",
  class: ({ file }) => `src/objects/${file}.ts`,
  "class.test": ({ file }) => `src/objects/${file}.test.ts`,
  cmake: () => "native/CMakeLists.txt",
  "element.hpp": ({ file }) => `native/${file}.hpp`,
  "element.cpp": ({ file }) => `native/${file}.cpp`,
  "element.test": ({ file }) => `native/${file}.test.cpp`,
  plugin: () => "native/plugin.cpp",
};

/** All files of a new module. */
export function scaffoldFiles(plan: ScaffoldPlan): readonly FileView[] {
  const { names, kind, workspace } = plan;
  const isMember = workspace !== undefined;
  const data = {
    ...names,
    isOpencv: kind === "opencv",
    isMember,
    up: workspace?.up ?? "",
    kurentoVersion: KURENTO_VERSION,
    pixelFormat: kind === "opencv" ? "BGR" : "BGRx",
    packageJson: JSON.stringify(packageJson(plan), undefined, 2),
  };
  return Object.entries(PATHS).map(([template, path]) => ({
    path: path(names),
    template: `scaffold/${template}`,
    data,
  }));
}

function packageJson({ names, folder, kind, workspace }: ScaffoldPlan): object {
  const isMember = workspace !== undefined;
  return {
    name: isMember ? `@kms/${basename(resolve(folder))}` : names.element,
    version: "0.0.1-dev",
    description: `${names.className}: a filter of ${kind === "opencv" ? "OpenCV" : "GStreamer"}`,
    type: "module",
    ...(isMember && { license: "Apache-2.0", nx: { name: `kms-${names.module}` } }),
    kms: {
      module: names.module,
      manifest: "./dist/generated/manifest.json",
      entry: "./dist/module.js",
    },
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./module": { types: "./dist/module.d.ts", default: "./dist/module.js" },
      "./package.json": "./package.json",
    },
    files: ["dist", "kmd", "build/RelWithDebInfo/gstreamer-1.0"],
    ...(isMember ? memberDependencies : standalone),
  };
}

const memberDependencies = {
  dependencies: {
    "@kms/core": "workspace:*",
    "@kms/elements": "workspace:*",
    "@kms/filters": "workspace:*",
  },
  devDependencies: { "@kms/cmake-utils": "workspace:*", "@kms/module-creator": "workspace:*" },
};

const BUILD = "build/RelWithDebInfo";
const kms = (name: keyof typeof VERSIONS): string => `^${VERSIONS[name]}`;

/** A package that npm builds, against installed packages. */
const standalone = {
  scripts: {
    generate:
      "kurento-module-creator -r kmd -dr node_modules/@kms/core/kmd -dr node_modules/@kms/elements/kmd -dr node_modules/@kms/filters/kmd -it server-ts -c src/generated",
    native: `cmake -S native -B ${BUILD} -G Ninja && cmake --build ${BUILD} --target kms-native`,
    compile: "tsc",
    build: "npm run generate && npm run native && npm run compile",
    check: `cmake --build ${BUILD} && ctest --test-dir ${BUILD} --output-on-failure --no-tests=error`,
    unit: "vitest run",
    test: "npm run check && npm run unit",
  },
  peerDependencies: { "@kms/core": kms("core") },
  devDependencies: {
    "@kms/cmake-utils": kms("cmake-utils"),
    "@kms/core": kms("core"),
    "@kms/elements": kms("elements"),
    "@kms/filters": kms("filters"),
    "@kms/module-creator": kms("module-creator"),
    "@types/node": VERSIONS["@types/node"],
    typescript: VERSIONS.typescript,
    vitest: VERSIONS.vitest,
  },
};
