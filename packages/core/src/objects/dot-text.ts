// Text of graphs in the DOT language (graphviz.org/doc/info/lang.html).

const indent = "  ";

/** A graph of these statements, which other lines may follow. */
export function digraph(title: string, statements: readonly string[]): string {
  const lines = [
    "digraph pipeline {",
    "  rankdir=LR;",
    '  fontname="sans";',
    "  labelloc=t;",
    '  node [shape=box, style="filled,rounded", fillcolor=white];',
    `  label=${quote(title)};`,
    ...statements.map((statement) => indent + statement),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** A node; the label may have several lines. */
export function node(id: string, label: string): string {
  return `${quote(id)} [label=${quote(label)}];`;
}

/** An edge; the label may have several lines. */
export function edge(from: string, to: string, label: string, style: "solid" | "dashed"): string {
  return `${quote(from)} -> ${quote(to)} [style=${style}, label=${quote(label)}];`;
}

/**
 * A box around statements.
 * @param id unique among the boxes of the graph
 */
export function cluster(id: string, statements: readonly string[]): string[] {
  return [
    `subgraph ${quote(`cluster_${id}`)} {`,
    ...statements.map((statement) => indent + statement),
    "}",
  ];
}

/**
 * The statements inside a graph that GStreamer wrote; none if it is no graph. Its nodes carry addresses in their names,
 * so those of several graphs can stand side by side; the legend, which all of them have, is left out.
 */
export function statementsOf(graph: string): string[] {
  const lines = graph.trimEnd().split("\n");
  if (!/^digraph [^{]*\{$/.test(lines[0] ?? "") || lines.at(-1) !== "}") return [];
  const body = lines.slice(1, -1).filter((line) => line.trim() !== "");
  return withoutLegend(body);
}

function withoutLegend(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => line.trim() === "legend [");
  const end = lines.findIndex((line, index) => index > start && line.trim() === "];");
  if (start < 0 || end < 0) return [...lines];
  return [...lines.slice(0, start), ...lines.slice(end + 1)];
}

function quote(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${escaped}"`;
}
