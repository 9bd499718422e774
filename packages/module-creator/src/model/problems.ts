import { KmdError, KmdErrors, jsonPath, type KmdLocation } from "../kmd/error.js";
import type { PathSegment } from "../kmd/lenient-json.js";
import type { KmdSource } from "../kmd/read.js";

/** A place in a KMD file, from which places below it are reached. */
export class Origin {
  readonly #source: KmdSource;
  readonly #path: readonly PathSegment[];

  constructor(source: KmdSource, path: readonly PathSegment[] = []) {
    this.#source = source;
    this.#path = path;
  }

  /** The place below this one. */
  at(...path: PathSegment[]): Origin {
    return new Origin(this.#source, [...this.#path, ...path]);
  }

  get location(): KmdLocation {
    return {
      file: this.#source.file,
      ...this.#source.locator.locate(this.#path),
      path: jsonPath(this.#path),
    };
  }
}

/** Gathers faults, so that an author sees all of them at once. */
export class Problems {
  readonly #errors: KmdError[] = [];

  add(origin: Origin, problem: string, expected: string, hint?: string): void {
    this.#errors.push(new KmdError(origin.location, { problem, expected, hint }));
  }

  /** Runs a step whose errors know no place, and keeps what it throws as a fault of this one. */
  attempt<T>(origin: Origin, expected: string, step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      this.add(origin, error instanceof Error ? error.message : String(error), expected);
      return undefined;
    }
  }

  /** Runs a step that may throw one fault or several, and keeps them. */
  collect<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (error instanceof KmdErrors) {
        this.#errors.push(...error.errors);
      } else if (error instanceof KmdError) {
        this.#errors.push(error);
      } else {
        throw error;
      }
      return undefined;
    }
  }

  /** @throws KmdErrors if there are any */
  throwIfAny(): void {
    if (this.#errors.length > 0) {
      throw new KmdErrors(this.#errors);
    }
  }
}
