/** A file to be written: which template, with which data. */
export interface FileView {
  /** Path below the output folder, with `/`. */
  readonly path: string;
  /** Name below `templates/`, without extension. */
  readonly template: string;
  /** All that the template shows; it makes no choice but on the booleans in here. */
  readonly data: Readonly<Record<string, unknown>>;
}
