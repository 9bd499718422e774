import { KurentoError } from "../model/errors.js";
import type { RemoteContext } from "../model/object-context.js";
import { MediaObjectBase } from "../generated/media-object.js";
import type { Tag } from "../generated/types.js";
import type { MediaPipeline } from "./media-pipeline.js";

/** What every object has: a name, tags, a place in the tree. */
export abstract class MediaObject extends MediaObjectBase {
  readonly #parent: MediaObject | undefined;
  readonly #children = new Map<string, MediaObject>();
  readonly #tags = new Map<string, string>();
  readonly #creationTimeSeconds: number;
  #name = "";
  #sendTagsInEvents = false;

  constructor(context: RemoteContext) {
    super(context);
    this.#parent = context.parent;
    this.#creationTimeSeconds = Math.trunc(context.clock.wallTimeMs() / 1000);
  }

  /** Work that creating the object needs; `create` is answered when it is done. A rejection undoes the creation. */
  async initialize(): Promise<void> {}

  /** Gives up everything the object holds. Called once, after the children's. */
  async release(): Promise<void> {}

  /** Enters a child, once it can be used. */
  addChild(child: MediaObject): void {
    this.#children.set(child.id, child);
  }

  /** Removes a child that is gone. */
  removeChild(child: MediaObject): void {
    this.#children.delete(child.id);
  }

  getId(): string {
    return this.id;
  }

  getParent(): MediaObject | null {
    return this.#parent ?? null;
  }

  /** The root above the object; a pipeline is its own. */
  getMediaPipeline(): MediaPipeline | null {
    return this.#parent?.getMediaPipeline() ?? null;
  }

  /** Direct children, by id. */
  getChildren(): MediaObject[] {
    return [...this.#children.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The id, unless another name was given. */
  getName(): string {
    return this.#name === "" ? this.id : this.#name;
  }

  setName(name: string): void {
    this.#name = name;
  }

  /** Seconds since 1970. */
  getCreationTime(): number {
    return this.#creationTimeSeconds;
  }

  getSendTagsInEvents(): boolean {
    return this.#sendTagsInEvents;
  }

  setSendTagsInEvents(sendTagsInEvents: boolean): void {
    this.#sendTagsInEvents = sendTagsInEvents;
  }

  addTag(key: string, value: string): void {
    this.#tags.set(key, value);
  }

  /** Does nothing when there is no such tag. */
  removeTag(key: string): void {
    this.#tags.delete(key);
  }

  /** @throws KurentoError 40110 when there is no such tag */
  getTag(key: string): string {
    const value = this.#tags.get(key);
    if (value === undefined)
      throw new KurentoError("MEDIA_OBJECT_TAG_KEY_NOT_FOUND", "Tag key not found");
    return value;
  }

  /** All tags, by key. */
  getTags(): Tag[] {
    const byKey = [...this.#tags].sort(([a], [b]) => (a < b ? -1 : 1));
    return byKey.map(([key, value]) => ({ key, value }));
  }

  protected override eventTags(): readonly Tag[] {
    return this.#sendTagsInEvents ? this.getTags() : [];
  }
}
