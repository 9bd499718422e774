/** A value, and the labels that it has. */
export type Labelled = readonly [labels: Readonly<Record<string, string | number>>, value: number];

/** One figure: its name, what it says, and how to read it now. */
export interface Definition {
  readonly name: string;
  readonly help: string;
  /** Names of its labels. */
  readonly labels?: readonly string[];
  values(): readonly Labelled[];
}
