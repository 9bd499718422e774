// Where a package's native files lie: build/<type>/ below its root.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Build folders in the order in which they are looked for; KMS_BUILD_TYPE puts its own in their place. */
const BUILD_TYPES = ["RelWithDebInfo", "Release", "Debug"];
/** What a sanitized build adds to its folder's name, by the value of KMS_SANITIZE. */
const SANITIZER_SUFFIXES: Readonly<Record<string, string>> = {
  "address,undefined": "-asan",
  thread: "-tsan",
};

/**
 * Absolute path of a native file of a package.
 * @param packageRoot the folder with the package's package.json, as a file URL
 * @param file shared object, such as `libkmselements.so` or `gstreamer-1.0/libgstkmsmirror.so`
 * @throws Error that names the places searched and the command that builds the file
 */
export function nativeLibrary(packageRoot: URL, file: string): string {
  const wanted = process.env["KMS_BUILD_TYPE"];
  const types = wanted ? [wanted] : BUILD_TYPES;
  const suffix = SANITIZER_SUFFIXES[process.env["KMS_SANITIZE"] ?? ""] ?? "";
  const places = types.map((type) =>
    join(fileURLToPath(packageRoot), "build", `${type}${suffix}`, file),
  );
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new Error(
    `${file} is not built. Searched: ${places.join(", ")}. Build it with: ./kms build (outside the workspace: npm run build)`,
  );
}
