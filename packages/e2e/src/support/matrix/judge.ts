// Whether what arrived is what was sent, and the table of it.
import { TONE_HZ, common } from "./types.js";
import type { Finding, Sight, Sink, Sound, Source } from "./types.js";

const COLOUR_TOLERANCE = 60;
const TONE_TOLERANCE_HZ = 40;
const LENGTH_TOLERANCE_SECONDS = 0.75;
/** The least and the most of the frame rate that is wanted: a machine with other work may lose some. */
const RATE_TOLERANCE = [0.5, 1.2] as const;

/** What is wrong with what a sink got of a source; empty when all is well. */
export function complaints(source: Source, sink: Sink, finding: Finding): string[] {
  const judges = {
    video: () => complaintsOfSight(source, sink, finding.video),
    audio: () => complaintsOfSound(sink.codecsFor(source).audio, finding.audio),
  };
  const { least, most } = finding.wanted;
  const lengths = finding.lengths
    .filter(
      (each) => each < least - LENGTH_TOLERANCE_SECONDS || each > most + LENGTH_TOLERANCE_SECONDS,
    )
    .map((each) => `${each.toFixed(2)} s long, not ${least.toFixed(2)} to ${most.toFixed(2)}`);
  return [...common(source, sink).flatMap((medium) => judges[medium]()), ...lengths];
}

function complaintsOfSight(source: Source, sink: Sink, sight: Sight | undefined): string[] {
  if (sight === undefined) return ["no video"];
  const parts = ["red", "green", "blue"] as const;
  const isRight = parts.every(
    (part) => Math.abs(sight.colour[part] - source.colour[part]) <= COLOUR_TOLERANCE,
  );
  const wanted = sink.framesPerSecond ?? source.framesPerSecond;
  const rate = (sight.framesPerSecond ?? wanted) / wanted;
  const { video: codec } = sink.codecsFor(source);
  return [
    ...(sight.codec === codec ? [] : [`${sight.codec} in place of ${codec}`]),
    ...(isRight ? [] : [`colour ${hex(sight)}`]),
    ...(rate >= RATE_TOLERANCE[0] && rate <= RATE_TOLERANCE[1]
      ? []
      : [`${sight.framesPerSecond?.toFixed(1)} frames per second, not ${wanted}`]),
  ];
}

function complaintsOfSound(codec: string | undefined, sound: Sound | undefined): string[] {
  if (sound === undefined) return ["no audio"];
  const isRight = Math.abs(sound.hertz - TONE_HZ) <= TONE_TOLERANCE_HZ;
  return [
    ...(sound.codec === codec ? [] : [`${sound.codec} in place of ${codec}`]),
    ...(isRight ? [] : [`${sound.hertz.toFixed(0)} Hz`]),
  ];
}

function hex({ colour: { red, green, blue } }: Sight): string {
  return [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
}

/** Rows of sinks, columns of sources: colour, frame rate and tone of each. */
export class Table {
  readonly #cells = new Map<string, Map<string, string>>();

  add(source: Source, sink: Sink, finding: Finding, wrong: readonly string[]): void {
    const row = this.#cells.get(sink.name) ?? new Map<string, string>();
    this.#cells.set(sink.name, row);
    const { video, audio } = finding;
    const rate = video?.framesPerSecond?.toFixed(0);
    const seen = video && [hex(video), ...(rate === undefined ? [] : [`${rate}/s`])].join(" ");
    const heard = audio && `${audio.hertz.toFixed(0)} Hz`;
    const cell = [seen, heard].filter((part) => part !== undefined).join(", ");
    row.set(source.name, wrong.length > 0 ? `WRONG: ${wrong.join("; ")}` : cell || "-");
  }

  toString(): string {
    const sources = [...new Set([...this.#cells.values()].flatMap((row) => [...row.keys()]))];
    const lines = [...this.#cells].map(
      ([sink, row]) =>
        `| ${[sink, ...sources.map((source) => row.get(source) ?? "?")].join(" | ")} |`,
    );
    const rule = `|${" --- |".repeat(sources.length + 1)}`;
    return [`| into, from | ${sources.join(" | ")} |`, rule, ...lines].join("\n");
  }
}
