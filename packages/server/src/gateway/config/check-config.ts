import type { ConfigTree, JsonValue, Logger } from "@kms/core";
import { Ajv } from "ajv";
import type { ErrorObject } from "ajv";

import { coerceConfig, configSchema, expectation, schemaAt, valueAt } from "./config-schema.js";
import type { ConfigFile } from "./config-types.js";
import { ConfigurationError } from "./configuration-error.js";
import { nearMatch } from "./near-match.js";
import { isTree, setOwn } from "./trees.js";

const ajv = new Ajv({ allErrors: true, ownProperties: true });
const fits = ajv.compile<ConfigFile>(configSchema);

/** Settings that protect the server: to ignore a bad one would open what was meant to be closed. */
const protective = /^mediaServer\.net\.websocket\.(address|token|tokenFile|secure(\..+)?)$/;
const secret = /(^|\.)(token|password|turnURL)$/;

/**
 * Checks one source of settings. Keys that are not known, and values that do not fit, are logged with the source, the
 * key and what was expected; values that do not fit are left out.
 * @param source file or whatever else the settings come from
 * @throws ConfigurationError for a bad value of a setting that protects the server
 */
export function checkConfig(given: ConfigTree, source: string, log: Logger): ConfigTree {
  const tree = coerceConfig(given);
  if (fits(tree)) return tree;
  const bad = new Map<string, readonly string[]>();
  for (const error of fits.errors ?? []) {
    if (error.keyword === "additionalProperties") {
      log.warning(`${source}: ${unknownKey(error)}`);
    } else {
      const path = settingOf(tree, error);
      bad.set(path.join("."), path);
    }
  }
  for (const path of bad.values()) refuse(tree, path, source, log);
  return [...bad.values()].reduce(without, tree);
}

function unknownKey(error: ErrorObject): string {
  const path = segments(error);
  const key = String(error.params["additionalProperty"]);
  const known = Object.keys(schemaAt(path)?.properties ?? {}).filter(
    (name) => name !== "configPath",
  );
  const near = nearMatch(key, known);
  const hint = near === undefined ? "" : `, did you mean '${near}'?`;
  return `unknown key '${[...path, key].join(".")}'${hint}`;
}

function refuse(tree: ConfigTree, path: readonly string[], source: string, log: Logger): void {
  const key = path.join(".");
  const given = valueAt(tree, path);
  const shown = secret.test(key) ? "is something else" : `is ${shorten(JSON.stringify(given))}`;
  const text = `${source}: '${key}' should be ${expectation(schemaAt(path) ?? {})}, but ${shown}`;
  if (protective.test(key)) throw new ConfigurationError(text);
  log.warning(`${text}; ignored`);
}

function shorten(text = "nothing"): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

function segments({ instancePath }: ErrorObject): string[] {
  return instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

// What is wrong with an item is wrong with the list, which is one setting.
function settingOf(tree: ConfigTree, error: ErrorObject): string[] {
  const path = segments(error);
  const list = path.findIndex((_, index) => Array.isArray(valueAt(tree, path.slice(0, index))));
  return list < 0 ? path : path.slice(0, list);
}

function without(tree: ConfigTree, [key, ...rest]: readonly string[]): ConfigTree {
  const kept: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(tree)) {
    if (name !== key) setOwn(kept, name, value);
    else if (rest.length > 0) setOwn(kept, name, isTree(value) ? without(value, rest) : value);
  }
  return kept;
}
