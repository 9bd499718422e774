// Where a package's native files lie: build/<variant>/ below its root.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Build folders in the order in which they are looked for; KMS_VARIANT puts the one it names in their place. */
const VARIANTS = ["RelWithDebInfo", "Release", "Debug"];

/**
 * Absolute path of a native file of a package.
 * @param packageRoot the folder with the package's package.json, as a file URL
 * @param file shared object, such as `libkmselements.so` or `gstreamer-1.0/libgstkmsmirror.so`
 * @throws Error that names the places searched and the command that builds the file
 */
export function nativeLibrary(packageRoot: URL, file: string): string {
  const wanted = process.env["KMS_VARIANT"];
  const places = (wanted ? [wanted] : VARIANTS).map((variant) =>
    join(fileURLToPath(packageRoot), "build", variant, file),
  );
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new Error(
    `${file} is not built. Searched: ${places.join(", ")}. Build it with: ./kms build (outside the workspace: npm run build)`,
  );
}
