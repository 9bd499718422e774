import type { Model } from "./model/types.js";
import { clientTsView } from "./view/client-ts.js";
import type { FileView } from "./view/file-view.js";
import { serverTsView } from "./view/server-ts.js";

/** Choices from outside the KMD that some targets need. */
export interface TargetOptions {
  /** Import specifier of core's public API. */
  readonly runtime: string;
}

/** What the creator can generate, by the name that `-it` takes. */
export const TARGETS: Readonly<
  Record<string, (model: Model, options: TargetOptions) => readonly FileView[]>
> = {
  "server-ts": serverTsView,
  "client-ts": clientTsView,
};

export const DEFAULT_RUNTIME = "@kms/core";
