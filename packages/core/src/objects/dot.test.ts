import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { coreModule } from "../generated/index.js";
import { hubSpec } from "../generated/hub.js";
import type { ClassSpec } from "../model/schema-types.js";
import { testServices } from "../testing/test-services.js";
import type { TestServices } from "../testing/test-services.js";
import { statementsOf } from "./dot-text.js";
import { Hub } from "./hub.js";
import { HubPort } from "./hub-port.js";
import { MediaPipeline } from "./media-pipeline.js";
import type { MediaObject } from "./media-object.js";
import { PassThrough } from "./pass-through.js";

const h264 = { codec: "H264", clockRate: 90000, channels: 0, parameters: {} };
const vp8 = { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} };

/** What GStreamer writes, in short. */
const graphOf = (name: string): string => `digraph pipeline {
  rankdir=LR;
  legend [
    label="Legend",
  ];
  subgraph cluster_${name}_0x1 {
    label="${name}";
  }
}
`;

class Endpoint extends PassThrough {
  override async initialize(): Promise<void> {
    await this.createNative("TestClass");
    this.setAccepts("video", { kind: "rtp", formats: [vp8] });
  }
  override through(): boolean {
    return false;
  }
}
class TestHub extends Hub {
  override get spec(): ClassSpec {
    return hubSpec;
  }
}

let services: TestServices;
let pipeline: MediaPipeline;

function add<T extends MediaObject>(object: T, parent: MediaObject): T {
  parent.addChild(object);
  return object;
}
async function endpoint(id: string): Promise<Endpoint> {
  const made = add(new Endpoint(services.context(id, pipeline)), pipeline);
  await made.initialize();
  return made;
}
/** `a` sends H264, which a converter makes VP8 for `b`; and to `c` behind a PassThrough as well. */
async function build(): Promise<{ a: Endpoint; b: Endpoint; c: Endpoint }> {
  const [a, b, c] = [await endpoint("a"), await endpoint("b"), await endpoint("c")] as const;
  const pass = add(new PassThrough(services.context("pass", pipeline)), pipeline);
  await a.connect(b, "VIDEO");
  await a.connect(pass, "VIDEO");
  await pass.connect(c, "VIDEO");
  services.host.emit("a", "sourceFormat", { medium: "video", kind: "rtp", format: h264 });
  await pipeline.planner.settled();
  return { a, b, c };
}

beforeEach(() => {
  services = testServices([coreModule]);
  pipeline = new MediaPipeline(services.context("pipeline"));
  services.host.answer("dot", () => graphOf("part"));
});

describe("the graph of a pipeline", () => {
  it("has the connections, the links behind them, and what is inside", async () => {
    const { a } = await build();
    a.setName('the "first"');
    const graph = await pipeline.getGstreamerDot();
    expect(graph).toMatch(/^digraph pipeline \{\n {2}rankdir=LR;\n/);
    for (const line of [
      '"a" [label="PassThrough\\nthe \\"first\\""];',
      '"pipeline/branch-1" [label="Converter\\npipeline/branch-1"];',
      '"pass" [label="PassThrough\\npass"];',
      '"a" -> "b" [style=dashed, label="VIDEO"];',
      '"a" -> "pass" [style=dashed, label="VIDEO"];',
      '"a" -> "pipeline/branch-1" [style=solid, label="video route"];',
      '"pipeline/branch-1" -> "pipeline/branch-2" [style=solid, label="video route"];',
      '"pipeline/branch-4" -> "b" [style=solid, label="video route"];',
      '"pipeline/branch-4" -> "c" [style=solid, label="video route"];',
      'subgraph "cluster_a" {',
      'subgraph "cluster_pipeline/branch-1" {',
    ])
      expect(graph.split("\n").map((text) => text.trim())).toContain(line);
    expect(graph.match(/[{]$/gm)?.length).toBe(graph.match(/^ *[}]$/gm)?.length);
    expect(graph).not.toContain("legend");
    expect(graph.match(/"a" ->/g)).toHaveLength(3);
  });

  it("asks GStreamer for as much as the client wants", async () => {
    await build();
    const asked: unknown[] = [];
    services.host.answer("dot", ({ details }) => {
      asked.push(details);
      return "";
    });
    await pipeline.getGstreamerDot("SHOW_CAPS_DETAILS");
    await pipeline.getGstreamerDot();
    expect([...new Set(asked)]).toEqual([2, 15]);
  });

  it("goes without the inside of what has gone or has none", async () => {
    await build();
    services.host.answer("dot", () => {
      throw new Error("gone");
    });
    expect(await pipeline.getGstreamerDot()).not.toContain("subgraph");
  });
});

describe("the graph of an element", () => {
  it("opens the element and the converters that lead to it, and shows who is connected", async () => {
    const { b } = await build();
    const graph = await b.getGstreamerDot();
    expect([...graph.matchAll(/subgraph "cluster_(.*)" /g)].map(([, id]) => id)).toEqual([
      "b",
      "pipeline/branch-1",
      "pipeline/branch-2",
      "pipeline/branch-3",
      "pipeline/branch-4",
    ]);
    expect(graph).toContain('"a" -> "b" [style=dashed');
    expect(graph).toContain('"a" [label="PassThrough');
    expect(graph).not.toContain('"pass"');
  });

  it("takes no element for a converter", async () => {
    const { a, c } = await build();
    services.host.emit("a", "sourceFormat", { medium: "video", kind: "rtp", format: vp8 });
    await pipeline.planner.settled();
    for (const element of [a, c]) expect(await element.getGstreamerDot()).not.toMatch(/Converter/);
  });
});

describe("the graph of a hub", () => {
  it("has its ports and what they are connected to", async () => {
    const hub = add(new TestHub(services.context("hub", pipeline)), pipeline);
    const port = add(new HubPort(services.context("port", hub)), hub);
    const { a } = await build();
    await a.connect(port, "AUDIO");
    const graph = await hub.getGstreamerDot();
    expect(graph).toContain('"a" -> "port" [style=dashed, label="AUDIO"]');
    expect(graph).not.toContain('"b"');
  });
});

describe("dumpGstreamerDot", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kms-dot-"));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it("writes the graph, named by time and id, where the environment says", async () => {
    vi.stubEnv("GST_DEBUG_DUMP_DOT_DIR", folder);
    const { a } = await build();
    await a.dumpGstreamerDot("SHOW_STATES");
    await pipeline.dumpGstreamerDot();
    const names = (await readdir(folder)).sort();
    expect(names).toEqual(["2023-11-14T221320.000Z-a.dot", "2023-11-14T221320.000Z-pipeline.dot"]);
    expect(await readFile(join(folder, names[1] ?? ""), "utf8")).toBe(
      await pipeline.getGstreamerDot(),
    );
  });

  it("does nothing where the environment names no folder, and fails nobody's call", async () => {
    const { a } = await build();
    vi.stubEnv("GST_DEBUG_DUMP_DOT_DIR", "");
    await a.dumpGstreamerDot();
    vi.stubEnv("GST_DEBUG_DUMP_DOT_DIR", join(folder, "missing"));
    await a.dumpGstreamerDot();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("statementsOf", () => {
  it.each(["", "digraph pipeline {", "graph x {\n}\n", "no\ngraph\n}"])(
    "finds none in %j",
    (text) => {
      expect(statementsOf(text)).toEqual([]);
    },
  );
});
