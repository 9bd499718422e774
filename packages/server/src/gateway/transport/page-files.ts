import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { StaticFiles } from "./static-files.js";

/** The server's own page, and the client library for browsers under `/kurento-client.js`. */
export function pageFiles(): StaticFiles {
  const folder = fileURLToPath(new URL("../../../page", import.meta.url));
  const client = dirname(createRequire(import.meta.url).resolve("@kms/client/package.json"));
  return new StaticFiles({
    folder,
    files: new Map([["/kurento-client.js", join(client, "dist/browser/kurento-client.js")]]),
  });
}
