// Writes src/generated/kmd-schema.json, the JSON Schema of src/kmd/types.ts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "src", "generated", "kmd-schema.json");

const schema = createGenerator({
  path: join(root, "src", "kmd", "types.ts"),
  type: "KmdFile",
  expose: "export",
  jsDoc: "none",
  additionalProperties: true,
  skipTypeCheck: true,
}).createSchema("KmdFile");

const text = `${JSON.stringify(schema, undefined, 2)}\n`;
mkdirSync(dirname(target), { recursive: true });
let before = "";
try {
  before = readFileSync(target, "utf8");
} catch {
  // The first run has nothing to compare with.
}
if (before !== text) {
  writeFileSync(target, text);
}
