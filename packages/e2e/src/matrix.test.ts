// A part of the matrix that needs no browser (all of it: matrix.full.test.ts): each codec decoded and encoded once or more.
import { describe, expect, it } from "vitest";
import { Disposer } from "./support/disposer.js";
import { Table } from "./support/matrix/judge.js";
import { runColumn } from "./support/matrix/run.js";
import { openPlainSinks } from "./support/matrix/sinks.js";
import { openSource } from "./support/matrix/sources.js";
import { AMR_TOO } from "./support/matrix/types.js";
import { TestPipeline } from "./support/test-pipeline.js";

describe("media arrives as it was sent in recorders and receivers of RTP", () => {
  const test = new TestPipeline({ modules: AMR_TOO });

  it.each(["RTP VP8", "RTP AMR", "Player mp4"])("%s", async (name) => {
    await using things = new Disposer();
    const { server, pipeline } = test;
    const sinks = await openPlainSinks({ server, pipeline });
    for (const sink of sinks) things.use(sink);
    const source = things.use(await openSource(name, { server, pipeline }));
    const table = new Table();
    expect(await runColumn(source, sinks, table)).toEqual([]);
    console.log(String(table));
  });
});
