import { unbuiltClasses, type ExceptionKind } from "./exceptions.js";
import type { Tally, Verdict } from "./verdict.js";

/** Sums over tallies. */
export interface Totals {
  readonly all: number;
  readonly matched: number;
  readonly excused: Readonly<Record<ExceptionKind, number>>;
  readonly failed: number;
}

const KINDS: Readonly<Record<ExceptionKind, string>> = {
  bug: "Bugs of the original that are not repeated",
  later: "What later issues build",
  media: "What needs media, which is not replayed",
};

export function totals(tallies: readonly Tally[]): Totals {
  const sum = (count: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + count(tally), 0);
  const excused = (wanted: ExceptionKind): number =>
    sum((tally) => tally.excused.filter(({ kind }) => kind === wanted).length);
  return {
    all: sum(({ all }) => all),
    matched: sum(({ matched }) => matched),
    excused: { bug: excused("bug"), later: excused("later"), media: excused("media") },
    failed: sum(({ failures }) => failures.length),
  };
}

/** The verdicts as a table with the sums below, and the exceptions by their reasons. */
export function report(verdicts: readonly Verdict[]): string {
  const exchanges = verdicts.map((verdict) => verdict.exchanges);
  const events = verdicts.map((verdict) => verdict.events);
  const rows = verdicts.map(({ transcript, ...verdict }) =>
    row(transcript, totals([verdict.exchanges]), totals([verdict.events])),
  );
  const titles = ["exchanges", "matched", "bugs", "later", "media", "failed"];
  return [
    `${"".padEnd(30)}${titles.map((title) => title.padStart(10)).join("")}   events`,
    ...rows,
    row("all", totals(exchanges), totals(events)),
    "",
    ...shares(totals(exchanges)),
    ...reasons("bug", [...exchanges, ...events]),
    ...reasons("later", [...exchanges, ...events]),
    ...reasons("media", [...exchanges, ...events]),
  ].join("\n");
}

/** Share of the exchanges that match, without those that concern what later issues build. */
export function builtShare({ all, matched, excused }: Totals): number {
  return matched / Math.max(1, all - excused.later);
}

/** Classes in the table that excuse nothing any more. */
export function staleClasses(verdicts: readonly Verdict[]): readonly string[] {
  const used = verdicts.flatMap(({ exchanges }) => exchanges.excused.map(({ reason }) => reason));
  return Object.keys(unbuiltClasses).filter(
    (name) => !used.some((reason) => reason.startsWith(`${name} (`)),
  );
}

function shares(total: Totals): readonly string[] {
  const { all, matched, excused } = total;
  const withoutMedia = matched / Math.max(1, all - excused.later - excused.media);
  return [
    `${percent(matched / Math.max(1, all))} of all ${all} exchanges match`,
    `${percent(builtShare(total))} without the ${excused.later} that concern what later issues build`,
    `${percent(withoutMedia)} without the ${excused.media} that need media, too`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function row(name: string, exchanges: Totals, events: Totals): string {
  const { all, matched, excused, failed } = exchanges;
  const cells = [all, matched, excused.bug, excused.later, excused.media, failed];
  const figures = cells.map((cell) => String(cell).padStart(10)).join("");
  const { bug, later, media } = events.excused;
  return `${name.padEnd(30)}${figures}   ${events.all}: ${bug} ${later} ${media} ${events.failed}`;
}

function reasons(wanted: ExceptionKind, tallies: readonly Tally[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { kind, reason } of tallies.flatMap(({ excused }) => excused)) {
    if (kind === wanted) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const lines = [...counts].map(([reason, count]) => `${String(count).padStart(6)}  ${reason}`);
  return ["", `${KINDS[wanted]}:`, ...lines];
}
