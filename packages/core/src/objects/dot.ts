import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { NativeHost, NativeMap } from "../native/host.js";
import type { ObjectClock } from "../model/object-context.js";
import type { MediaElement } from "./media-element.js";
import type { MediaObject } from "./media-object.js";
import { isNativeMap } from "./native-fields.js";

/** One link as the native host reports it. */
interface NativeLink {
  readonly sink: string;
  readonly source: string;
  readonly medium: string;
  readonly kind: string;
  readonly elements: readonly string[];
}

/** The whole pipeline: every element, the connections asked for (dashed), and the native links of both planes. */
export async function pipelineDot(
  host: NativeHost,
  pipeline: MediaObject,
  elements: readonly MediaElement[],
): Promise<string> {
  const ids = new Set(elements.flatMap((element) => element.nativeId ?? []));
  return dotText(elements, await nativeLinks(host, ids), pipeline.getName());
}

/** One element with its neighbours. */
export async function elementDot(host: NativeHost, element: MediaElement): Promise<string> {
  const connections = [...element.getSourceConnections(), ...element.getSinkConnections()];
  const neighbours = connections.flatMap(({ source, sink }) => [source, sink]);
  const ids = new Set(element.nativeId === undefined ? [] : [element.nativeId]);
  return dotText(
    [...new Set([element, ...neighbours])],
    await nativeLinks(host, ids),
    element.getName(),
  );
}

/** Writes a graph to `<time>-<id>.dot` in the directory of GST_DEBUG_DUMP_DOT_DIR; does nothing when it is not set. */
export async function dumpDot(
  id: string,
  clock: ObjectClock,
  dot: () => Promise<string>,
): Promise<void> {
  const directory = process.env["GST_DEBUG_DUMP_DOT_DIR"];
  if (directory === undefined || directory === "") return;
  const time = new Date(clock.wallTimeMs()).toISOString().replaceAll(":", "");
  await writeFile(join(directory, `${time}-${id.replaceAll("/", "-")}.dot`), await dot());
}

// The links that touch one of the objects, and those further on through branches.
async function nativeLinks(host: NativeHost, ids: ReadonlySet<string>): Promise<NativeLink[]> {
  const graph = await host.graph();
  const all = Array.isArray(graph) ? graph.filter(isNativeMap).map(nativeLink) : [];
  const known = new Set(ids);
  for (const link of all)
    if (ids.has(link.source) || ids.has(link.sink)) known.add(link.source).add(link.sink);
  return all.filter((link) => known.has(link.source) || known.has(link.sink));
}

function nativeLink(link: NativeMap): NativeLink {
  const elements = Array.isArray(link["elements"]) ? link["elements"].map(String) : [];
  const text = (name: string): string => String(link[name] ?? "");
  return {
    sink: text("sink"),
    source: text("source"),
    medium: text("medium"),
    kind: text("kind"),
    elements,
  };
}

function dotText(
  elements: readonly MediaElement[],
  links: readonly NativeLink[],
  title: string,
): string {
  const lines = [
    "digraph pipeline {",
    "  rankdir=LR;",
    '  fontname="sans";',
    "  labelloc=t;",
    "  node [shape=box, style=rounded];",
    `  label=${quote(title)};`,
    ...elements.map(
      (element) =>
        `  ${quote(element.id)} [label=${quote(`${element.spec.name}\n${element.getName()}`)}];`,
    ),
    ...elements.flatMap(desiredEdges),
    ...links.flatMap(linkLines),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function desiredEdges(element: MediaElement): string[] {
  return element.getSinkConnections().map(({ source, sink, type }) => {
    return `  ${quote(source.id)} -> ${quote(sink.id)} [style=dashed, label=${quote(type)}];`;
  });
}

function linkLines({ source, sink, medium, kind, elements }: NativeLink): string[] {
  const label = [`${medium} ${kind}`, ...elements].join("\n");
  return [`  ${quote(source)} -> ${quote(sink)} [label=${quote(label)}];`];
}

function quote(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${escaped}"`;
}
