import type { Model } from "./model/types.js";
import { clientTsView } from "./view/client-ts.js";
import { clientCppView } from "./view/cpp-client.js";
import { serverCppView } from "./view/cpp-server.js";
import type { FileView } from "./view/file-view.js";
import { clientJavaView } from "./view/java/client-java.js";
import { markdownView } from "./view/markdown/markdown.js";
import { mavenView } from "./view/maven.js";
import { npmView } from "./view/npm.js";
import { serverTsView } from "./view/server-ts.js";

/** Choices from outside the KMD; each target has its own defaults. */
export interface TargetOptions {
  /** Import specifier of the runtime that generated TypeScript uses. */
  readonly runtime?: string | undefined;
  /** In Java, a method has one overload for each number of optional parameters; default true. */
  readonly expandsMethods?: boolean | undefined;
}

/** Chooses the files of a target and all that they show. */
export type TargetView = (model: Model, options: TargetOptions) => readonly FileView[];

/** What the creator can generate, by the name that `-it` takes. */
export const TARGETS: Readonly<Record<string, TargetView>> = {
  "server-ts": serverTsView,
  "client-ts": clientTsView,
  "client-java": clientJavaView,
  markdown: markdownView,
  maven: mavenView,
  npm: npmView,
  "server-cpp": serverCppView,
  "client-cpp": clientCppView,
};
