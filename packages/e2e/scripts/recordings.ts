// What the recordings do not say themselves.
import { eventOf } from "../src/conformance/event-log.js";
import type { Json } from "../src/conformance/json.js";
import type { Line, OpenLine, SendLine } from "../src/conformance/transcript.js";
import type { Recorded } from "./transcript-maker.js";

/** Lines that a note stands for. */
export const remarks: Readonly<Record<string, OpenLine>> = {
  "a wrong ws path": { open: 4, path: "/wrong" },
  "path with query": { open: 5, path: "/kurento?access_token=x" },
};

/** Connection that prepares the server. */
const PREPARER = 0;

/** Requests that bring the server into the state in which it was before the recording. */
export function preparation(name: string, recorded: readonly Recorded[]): readonly Line[] {
  if (name.startsWith("00-")) return foreignPipelines(recorded).map(creation);
  if (name.startsWith("02-")) return namedManager;
  return [];
}

function creation(pipeline: string, index: number): SendLine {
  const send = { id: index, method: "create", params: { type: "MediaPipeline" } };
  const expect = { result: { sessionId: "<0>", value: pipeline } };
  return { n: 0, on: PREPARER, send, expect };
}

// Pipelines that are described without having been created.
function foreignPipelines(recorded: readonly Recorded[]): readonly string[] {
  const created = new Set<Json | undefined>();
  const described = new Set<string>();
  for (const { dir, msg } of recorded) {
    if (msg === undefined || eventOf(msg) !== undefined) continue;
    const result = msg["result"] as { readonly value?: Json } | undefined;
    if (dir === "recv" && typeof result?.value === "string") created.add(result.value);
    const params = msg["params"] as { readonly object?: string } | undefined;
    const object = params?.object ?? "";
    const isPipeline = /^<\d+>_kurento\.MediaPipeline$/.test(object);
    if (msg["method"] === "describe" && isPipeline && !created.has(object)) described.add(object);
  }
  return [...described];
}

const namedManager: readonly SendLine[] = [
  {
    n: 0,
    on: PREPARER,
    send: {
      id: 1,
      method: "invoke",
      params: {
        object: "manager_ServerManager",
        operation: "setName",
        operationParams: { name: "x" },
      },
    },
    expect: { result: { sessionId: "<0>", value: null } },
  },
  {
    n: 0,
    on: PREPARER,
    send: { id: 2, method: "closeSession", params: {} },
    expect: { result: null },
  },
];
