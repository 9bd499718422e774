import { media } from "./media.js";
import type { MediaNode, Medium } from "./media.js";

/** A desired connection: `sink` shall get its `medium` from `source`. */
export interface DesiredLink {
  readonly sink: MediaNode;
  readonly medium: Medium;
  readonly source: MediaNode;
}

/** The source that media really comes from, past transparent elements. */
export interface EffectiveSource {
  readonly node: MediaNode;
  /** Codec demanded on the way; the demand nearest to the sink counts. */
  readonly codec: string | undefined;
}

/** The connections that users asked for: one source per sink and medium. */
export class Topology {
  readonly #sources: Record<Medium, Map<MediaNode, MediaNode>> = {
    audio: new Map(),
    video: new Map(),
    data: new Map(),
  };

  /** Replaces whatever fed the sink before; the link is now the last one. */
  connect({ sink, medium, source }: DesiredLink): void {
    this.#sources[medium].delete(sink);
    this.#sources[medium].set(sink, source);
  }

  disconnect(sink: MediaNode, medium: Medium): void {
    this.#sources[medium].delete(sink);
  }

  /** Forgets every connection from and to the node. */
  remove(node: MediaNode): void {
    for (const medium of media) {
      const sources = this.#sources[medium];
      sources.delete(node);
      for (const [sink, source] of sources) if (source === node) sources.delete(sink);
    }
  }

  /** Whether no media goes on from the element, neither from its own source nor handed on. */
  isLast({ owner }: MediaNode): boolean {
    return media.every((medium) => !owner.through(medium) && !this.#feeds(owner, medium));
  }

  #feeds(owner: MediaNode, medium: Medium): boolean {
    for (const source of this.#sources[medium].values()) if (source.owner === owner) return true;
    return false;
  }

  *links(): Generator<DesiredLink> {
    for (const medium of media) {
      for (const [sink, source] of this.#sources[medium]) yield { sink, medium, source };
    }
  }

  /** Follows transparent elements upstream; `undefined` when the way ends at one, or runs in a circle. */
  effectiveSource(source: MediaNode, medium: Medium): EffectiveSource | undefined {
    const seen = new Set<MediaNode>();
    let codec: string | undefined;
    let node: MediaNode | undefined = source;
    while (node !== undefined && !seen.has(node)) {
      seen.add(node);
      codec ??= node.outputCodec(medium);
      const origin = node.origin(medium);
      if (origin?.point === "source") return { node: origin.node, codec };
      node = origin && this.#sources[medium].get(origin.node);
    }
    return undefined;
  }
}
