// One source into all sinks at once.
import type { Table } from "./judge.js";
import { complaints } from "./judge.js";
import { ANY_LENGTH, common } from "./types.js";
import type { Sink, Source } from "./types.js";

/** Connects, watches, judges and disconnects; what was wrong, by the sinks' names. */
export async function runColumn(
  source: Source,
  sinks: readonly Sink[],
  table: Table,
): Promise<readonly string[]> {
  const users = sinks.filter((sink) => common(source, sink).length > 0);
  for (const sink of users) {
    await sink.prepare(source);
    for (const medium of common(source, sink))
      await source.endpoint.connect(sink.endpoint, medium.toUpperCase());
  }
  await source.start();
  await Promise.all(users.map((sink) => sink.watch(source)));
  const found = await Promise.all(users.map((sink) => sink.finish(source)));
  for (const sink of users)
    for (const medium of common(source, sink))
      await source.endpoint.disconnect(sink.endpoint, medium.toUpperCase());
  return users.flatMap((sink, at) => {
    const finding = found[at] ?? { lengths: [], wanted: ANY_LENGTH };
    const wrong = complaints(source, sink, finding);
    table.add(source, sink, finding, wrong);
    return wrong.map((what) => `${source.name} into ${sink.name}: ${what}`);
  });
}
