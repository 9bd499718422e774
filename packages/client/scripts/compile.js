// @ts-check
/** `nx compile kurento-client`: TypeScript to dist/, then one bundled file for browsers to dist/browser/. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL("..", import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
try {
  execFileSync(process.execPath, [compiler, "-p", folder], { stdio: "inherit" });
} catch {
  // The compiler has said what is wrong.
  process.exit(1);
}
await build({
  absWorkingDir: folder,
  entryPoints: ["dist/index.js"],
  outfile: "dist/browser/kurento-client.js",
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  sourcemap: true,
  logLevel: "warning",
});
