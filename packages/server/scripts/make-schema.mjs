// Writes src/generated/config-schema.json, the JSON Schema of src/gateway/config/config-types.ts: before compilation,
// and before the tests (as vitest's global setup), which run from the sources.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(script));
const target = join(root, "src", "generated", "config-schema.json");

/** Writes the schema if it changed. */
export function setup() {
  const schema = createGenerator({
    path: join(root, "src", "gateway", "config", "config-types.ts"),
    type: "ConfigFile",
    expose: "export",
    jsDoc: "extended",
    additionalProperties: false,
    skipTypeCheck: true,
  }).createSchema("ConfigFile");
  const text = `${JSON.stringify(schema, undefined, 2)}\n`;
  if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

if (process.argv[1] === script) {
  setup();
}
