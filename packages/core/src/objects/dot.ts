import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { GstreamerDotDetails } from "../generated/types.js";
import type { Logger } from "../model/logger.js";
import type { ObjectClock } from "../model/object-context.js";
import type { NativeHost, NativeMap } from "../native/host.js";
import { cluster, digraph, edge, node, statementsOf } from "./dot-text.js";
import { MediaElement } from "./media-element.js";
import type { MediaObject } from "./media-object.js";
import { isNativeMap } from "./native-fields.js";

/** Flags of `GstDebugGraphDetails`; SHOW_VERBOSE means the same as SHOW_ALL, as in Kurento. */
const flagsOf: Readonly<Record<GstreamerDotDetails, number>> = {
  SHOW_MEDIA_TYPE: 1,
  SHOW_CAPS_DETAILS: 2,
  SHOW_NON_DEFAULT_PARAMS: 4,
  SHOW_STATES: 8,
  SHOW_FULL_PARAMS: 16,
  SHOW_ALL: 15,
  SHOW_VERBOSE: 15,
};

/** The part of a pipeline that a graph shows. */
interface Section {
  readonly title: string;
  /** All elements of the pipeline, by id. */
  readonly all: ReadonlyMap<string, MediaElement>;
  /** Elements to show with their inside, and with everything that they are linked to. */
  readonly opened: ReadonlySet<MediaElement>;
}

/**
 * Both planes below an object: the elements, the connections that clients made (dashed), the links in router and
 * GStreamer that follow from them, and inside each element and converter its GStreamer pipeline.
 * @param root a pipeline or a hub, for all elements below it; or one element, which is shown with its neighbours
 */
export function objectDot(
  host: NativeHost,
  root: MediaObject,
  details: GstreamerDotDetails = "SHOW_VERBOSE",
): Promise<string> {
  const opened = new Set(elementsBelow(root));
  const all = [...elementsBelow(root.getMediaPipeline() ?? root), ...opened];
  const byId = new Map(all.map((element) => [element.id, element]));
  return sectionDot(host, { title: root.getName(), all: byId, opened }, flagsOf[details]);
}

function elementsBelow(object: MediaObject): MediaElement[] {
  const below = object.getChildren().flatMap(elementsBelow);
  return object instanceof MediaElement ? [object, ...below] : below;
}

/** What {@link dumpDot} needs of the object's services. */
export interface DumpServices {
  readonly clock: ObjectClock;
  readonly log: Logger;
}

/**
 * Writes a graph to `<time>-<id>.dot` in the folder that GST_DEBUG_DUMP_DOT_DIR names; does nothing when it names none.
 * A file that cannot be written is logged: it is no matter of the client's.
 */
export async function dumpDot(
  id: string,
  { clock, log }: DumpServices,
  dot: () => Promise<string>,
): Promise<void> {
  const directory = process.env["GST_DEBUG_DUMP_DOT_DIR"];
  if (directory === undefined || directory === "") return;
  const time = new Date(clock.wallTimeMs()).toISOString().replaceAll(":", "");
  const path = join(directory, `${time}-${id.replaceAll("/", "-")}.dot`);
  try {
    await writeFile(path, await dot());
  } catch (error) {
    log.warning("graph not written", { object: id, path, error });
  }
}

async function sectionDot(
  host: NativeHost,
  { title, all, opened }: Section,
  flags: number,
): Promise<string> {
  const connections = connectionsOf(opened);
  const links = await linksOf(host, opened, all);
  const ends = [...connections, ...links].flatMap(({ from, to }) => [from, to]);
  const inside = insides(host, flags);
  const ids = new Set([...[...opened].map(({ id }) => id), ...ends]);
  const boxes = [...ids].map((id) => {
    const element = all.get(id);
    if (element === undefined) return box(id, `Converter\n${id}`, id, inside);
    const label = `${element.spec.name}\n${element.getName()}`;
    return box(id, label, opened.has(element) ? element.nativeId : undefined, inside);
  });
  return digraph(title, [
    ...(await Promise.all(boxes)).flat(),
    ...connections.map(({ from, to, label }) => edge(from, to, label, "dashed")),
    ...links.map(({ from, to, label }) => edge(from, to, label, "solid")),
  ]);
}

/** Gives the statements of the GStreamer pipeline inside a native object. */
type Inside = (nativeId: string) => Promise<string[]>;

// An object that has gone in the meantime, or that has no graph, shows nothing inside.
function insides(host: NativeHost, details: number): Inside {
  return async (nativeId) => {
    const graph = await host.invoke(nativeId, "dot", { details }).catch(() => "");
    return statementsOf(typeof graph === "string" ? graph : "");
  };
}

async function box(
  id: string,
  label: string,
  nativeId: string | undefined,
  inside: Inside,
): Promise<string[]> {
  const statements = nativeId === undefined ? [] : await inside(nativeId);
  const own = node(id, label);
  return statements.length === 0 ? [own] : cluster(id, [...statements, own]);
}

/** An edge of the graph. */
interface Joint {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

function connectionsOf(elements: ReadonlySet<MediaElement>): Joint[] {
  const connections = [...elements].flatMap((element) => [
    ...element.getSourceConnections().filter(({ source }) => !elements.has(source as MediaElement)),
    ...element.getSinkConnections(),
  ]);
  return connections.map(({ source, sink, type }) => ({
    from: source.id,
    to: sink.id,
    label: type,
  }));
}

/** The native links of elements, and those of the converters that they lead to. */
async function linksOf(
  host: NativeHost,
  opened: ReadonlySet<MediaElement>,
  all: ReadonlyMap<string, MediaElement>,
): Promise<Joint[]> {
  const graph = await host.graph();
  const links = Array.isArray(graph) ? graph.filter(isNativeMap).map(jointOf(all)) : [];
  const near = new Set([...opened].map(({ id }) => id));
  const touching = (): Joint[] => links.filter(({ from, to }) => near.has(from) || near.has(to));
  for (let known = -1; known < near.size;) {
    known = near.size;
    const ends = touching().flatMap(({ from, to }) => [from, to]);
    for (const id of ends) if (!all.has(id)) near.add(id);
  }
  return touching();
}

function jointOf(all: ReadonlyMap<string, MediaElement>): (link: NativeMap) => Joint {
  return (link) => {
    const text = (name: string): string => String(link[name] ?? "");
    const label = `${text("medium")} ${text("kind")}`;
    return { from: elementId(text("source"), all), to: elementId(text("sink"), all), label };
  };
}

/** A further stream of an element has a native id below the element's. */
function elementId(nativeId: string, all: ReadonlyMap<string, MediaElement>): string {
  const above = nativeId.slice(0, Math.max(nativeId.lastIndexOf("/"), 0));
  return all.has(nativeId) || !all.has(above) ? nativeId : above;
}
