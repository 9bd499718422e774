import type { MediaObject } from "../objects/media-object.js";
import type { ModuleManifest } from "./manifest-types.js";
import type { ObjectContext } from "./object-context.js";
import type { ModuleSpec } from "./schema-types.js";

/** Makes an object of a remote class; `params` are the decoded constructor parameters of the KMD. */
export type MediaObjectClass = new (context: ObjectContext, params: never) => MediaObject;

/** What the entry file of a module package exports as `module`. */
export interface ServerModule {
  readonly manifest: ModuleManifest;
  readonly spec: ModuleSpec;
  /** The classes that clients can create, by KMD name. */
  readonly classes: Readonly<Record<string, MediaObjectClass>>;
  /** Absolute paths of shared objects to load; none for a module without native code, or whose code core brings. */
  readonly native: readonly string[];
  /** Absolute paths of GStreamer plugins to load. */
  readonly plugins?: readonly string[];
}
