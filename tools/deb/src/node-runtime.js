// @ts-check
/** The source tree of kurento-nodejs: the binary that the npm registry has for this architecture, and its license. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "./failure.js";

/**
 * @param {string} tree folder that gets bin/node, and as debian/copyright the license, which names all that is in it
 * @param {string} version
 */
export function fetchNode(tree, version) {
  const room = mkdtempSync(join(tmpdir(), "kms-node-"));
  try {
    const name = `node-linux-${process.arch}@${version}`;
    const pack = spawnSync("npm", ["pack", "--silent", "--pack-destination", room, name], {
      encoding: "utf8",
    });
    const [archive = ""] = (pack.stdout ?? "").trim().split("\n").slice(-1);
    if (pack.status !== 0) {
      throw new Failure(
        `npm pack ${name} failed`,
        "Is the npm registry reachable? npm config get registry",
      );
    }
    const unpack = ["-xzf", join(room, archive), "-C", room, "package/bin/node", "package/LICENSE"];
    if (spawnSync("tar", unpack, { stdio: "inherit" }).status !== 0) {
      throw new Failure(`${archive} cannot be unpacked`, "Is the disk full?");
    }
    mkdirSync(join(tree, "bin"), { recursive: true });
    copyFileSync(join(room, "package/bin/node"), join(tree, "bin/node"));
    mkdirSync(join(tree, "debian"), { recursive: true });
    copyFileSync(join(room, "package/LICENSE"), join(tree, "debian/copyright"));
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}
