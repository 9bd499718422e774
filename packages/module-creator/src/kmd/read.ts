import { Ajv, type ErrorObject } from "ajv";
import kmdSchema from "../generated/kmd-schema.json" with { type: "json" };
import { KmdError, KmdErrors, didYouMean, jsonPath, type Fault } from "./error.js";
import { parseLenientJson, type Locator, type PathSegment } from "./lenient-json.js";
import type { KmdFile } from "./types.js";

/** The text of a KMD file. */
export interface KmdText {
  /** Name used in errors. */
  readonly file: string;
  readonly text: string;
}

/** A KMD file that has the right shape. */
export interface KmdSource {
  readonly file: string;
  readonly kmd: KmdFile;
  readonly locator: Locator;
}

const ajv = new Ajv({ allErrors: true, ownProperties: true, verbose: true });
const hasKmdShape = ajv.compile<KmdFile>(kmdSchema);

/**
 * Parses one KMD file and checks its shape against the schema.
 *
 * @throws KmdError where the text cannot be parsed
 * @throws KmdErrors with each fault of its shape
 */
export function readKmd({ file, text }: KmdText): KmdSource {
  const parsed = parseLenientJson(text, file);
  if (hasKmdShape(parsed.value)) {
    return { file, kmd: parsed.value, locator: parsed };
  }
  throw new KmdErrors((hasKmdShape.errors ?? []).map((error) => toKmdError(file, parsed, error)));
}

function toKmdError(file: string, locator: Locator, error: ErrorObject): KmdError {
  const path = pointerSegments(error.instancePath);
  const location = { file, ...locator.locate(path), path: jsonPath(path) };
  return new KmdError(location, { ...faultOf(error), hint: hintOf(error) });
}

/** Splits a JSON pointer; only digits are taken as list positions, as no KMD key is a number. */
function pointerSegments(pointer: string): PathSegment[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) =>
      /^\d+$/.test(part) ? Number(part) : part.replaceAll("~1", "/").replaceAll("~0", "~"),
    );
}

/** By the keywords that the schema of a KMD uses: it says types, required keys and allowed values, nothing else. */
const FAULTS: ReadonlyMap<string, (error: ErrorObject) => Fault> = new Map([
  [
    "required",
    ({ params }) => {
      const key = String(params["missingProperty"]);
      return { problem: `the key '${key}' is missing`, expected: `a value for '${key}'` };
    },
  ],
  [
    "type",
    ({ params, data }) => ({
      problem: `this is ${describe(data)}`,
      expected: article(String(params["type"])),
    }),
  ],
  [
    "enum",
    (error) => ({
      problem: `this is ${describe(error.data)}`,
      expected: `one of ${allowedValues(error).join(", ")}`,
    }),
  ],
]);

function faultOf(error: ErrorObject): Fault {
  const fault = FAULTS.get(error.keyword);
  return (
    fault?.(error) ?? {
      problem: `this breaks the rule '${error.keyword}'`,
      expected: error.schemaPath,
    }
  );
}

function hintOf(error: ErrorObject): string | undefined {
  if (error.keyword === "required") {
    return requiredHint(error);
  }
  if (error.keyword === "enum" && typeof error.data === "string") {
    return didYouMean(error.data, allowedValues(error));
  }
  if (error.keyword === "type" && error.data === null) {
    return "remove the entry, or give it a value";
  }
  return undefined;
}

/** A misspelt key is the usual cause of a missing one. */
function requiredHint(error: ErrorObject): string | undefined {
  const missing = String(error.params["missingProperty"]);
  const keys = typeof error.data === "object" && error.data !== null ? Object.keys(error.data) : [];
  const near = didYouMean(missing, keys);
  return near === undefined ? undefined : near.replace("did you mean", "is it meant by");
}

function allowedValues(error: ErrorObject): string[] {
  const values: unknown = error.params["allowedValues"];
  return Array.isArray(values) ? values.map(String) : [];
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = { object: "an object", array: "a list" };
  return names[type] ?? `a ${type}`;
}

function describe(value: unknown): string {
  if (value === null) {
    return "null";
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  return typeof value === "object" ? "an object" : `the ${typeof value} ${JSON.stringify(value)}`;
}
