// @ts-check
/** ./kms clean, purge and debug-symbols, and what each says when it cannot, with apt and dpkg replaced. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workspaceRoot } from "./workspace.js";

/** @type {string} a folder with a workspace, and programs that come first in PATH */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kms-clean-"));
  put("root/.gitignore", "build/\ndist/\nnode_modules/\n.nx/\n");
  put("root/packages/core/src/dist.ts", "a source");
  put("root/packages/core/dist/index.js", "made");
  put("root/packages/core/build/Debug/libkmscore.so", "made");
  put("root/packages/core/node_modules/ws/dist/index.js", "installed");
  put("root/.nx/cache/1", "made");
  put("root/.nx/kms/installed-packages", "libssl-dev\ngone-dev\n");
  put(
    "bin/dpkg-query",
    '#!/bin/sh\ncase "$*" in *gone-dev) exit 1 ;; *kurento*) echo "ii kurento-media-server" ;; *) printf "ii " ;; esac\n',
  );
  put(
    "bin/apt-get",
    `#!/bin/sh\necho "$*" >>${folder}/apt.log\n[ -z "$APT_FAILS" ] || exit 100\ncase "$*" in *simulate*) echo "Purg libssl-dev [3]"; echo "Purg libonly0 [1]" ;; esac\n`,
  );
  put("root/.nx/kms/installed-npm", "pnpm\n");
  put("bin/npm", `#!/bin/sh\necho "npm $*" >>${folder}/apt.log\n`);
  put("bin/apt-cache", "#!/bin/sh\nexit 100\n");
  put("bin/id", "#!/bin/sh\necho ${FAKE_ID:-0}\n");
  spawnSync("git", ["init", "--quiet"], { cwd: join(folder, "root") });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @param {string} path @param {string} text */
function put(path, text) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/**
 * @param {string} call of a function of clean.sh
 * @param {{input?: string, env?: Record<string, string>}} [options]
 */
function kms(call, { input = "", env = {} } = {}) {
  const libraries = ["log", "system", "clean"]
    .map((name) => `. ${workspaceRoot}/tools/omni/lib/${name}.sh`)
    .join("; ");
  const root = join(folder, "root");
  const { stdout, stderr, status } = spawnSync("bash", ["-euc", `${libraries}; ${call}`], {
    cwd: root,
    encoding: "utf8",
    input,
    env: {
      ...process.env,
      PATH: `${folder}/bin:${process.env["PATH"]}`,
      ...{ KMS_ROOT: root, KMS_STATE: `${root}/.nx/kms`, KMS_COMMAND: "purge" },
      ...{ KMS_DEBUG_LIST: `${folder}/debug.list`, APT_FAILS: "" },
      ...env,
    },
  });
  return { stdout, stderr, status };
}

/** @param {string} path */
const has = (path) => existsSync(join(folder, path));
const apt = () => (has("apt.log") ? readFileSync(join(folder, "apt.log"), "utf8") : "");

describe("./kms clean", () => {
  it("removes what was built, and nothing that was written or installed", () => {
    expect(kms("clean").status).toBe(0);
    expect(has("root/packages/core/dist")).toBe(false);
    expect(has("root/packages/core/build")).toBe(false);
    expect(has("root/.nx/cache")).toBe(false);
    expect(has("root/packages/core/src/dist.ts")).toBe(true);
    expect(has("root/packages/core/node_modules/ws/dist/index.js")).toBe(true);
    expect(has("root/.nx/kms/installed-packages")).toBe(true);
  });
});

describe("./kms purge", () => {
  it("shows what goes and removes it when the answer is yes", () => {
    const { stdout, status } = kms("purge", { input: "y\n" });
    expect(status).toBe(0);
    expect(stdout).toContain("libonly0 libssl-dev");
    expect(apt()).toMatch(/^purge --auto-remove --yes .*kurento-media-server libssl-dev$/m);
    expect(apt()).not.toContain("gone-dev");
    expect(apt()).toContain("npm uninstall --global pnpm");
    expect(has("root/packages/core/node_modules")).toBe(false);
    expect(has("root/packages/core/src/dist.ts")).toBe(true);
  });

  it.each(["n\n", "\n", ""])("removes nothing when the answer is %j", (input) => {
    const { stderr, status } = kms("purge", { input });
    expect(status).toBe(1);
    expect(stderr).toContain("nothing was removed");
    expect(apt()).not.toMatch(/^purge/m);
    expect(has("root/packages/core/dist/index.js")).toBe(true);
  });

  it("does not ask with --yes", () => {
    const { stdout, status } = kms("purge --yes");
    expect(status).toBe(0);
    expect(stdout).not.toContain("[y/N]");
    expect(apt()).toMatch(/^purge/m);
  });

  it("says that it needs root, and which options there are", () => {
    expect(kms("purge", { env: { FAKE_ID: "1000" } }).stderr).toContain("needs root");
    expect(kms("purge --force").stderr).toContain("purge: unknown option --force");
  });
});

describe("./kms debug-symbols", () => {
  it("leaves no trace of an archive that it cannot reach", () => {
    put("bin/dpkg-query", "#!/bin/sh\nprintf 'ii '\n");
    put("root/tools/packages.txt", "");
    const { stderr, status } = kms("debug_symbols", { env: { APT_FAILS: "1" } });
    expect(status).toBe(1);
    expect(stderr).toContain("the archive of debug symbols cannot be reached: deb http");
    expect(has("debug.list")).toBe(false);
  });

  it("needs root", () => {
    expect(kms("debug_symbols", { env: { FAKE_ID: "1000" } }).stderr).toContain("needs root");
  });
});

describe("a nearly full disk", () => {
  it("is said before anything starts", () => {
    put("bin/df", "#!/bin/sh\nprintf 'Avail\\n 120\\n'\n");
    const { stderr, status } = kms("ensure_disk");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /the disk is nearly full: 120 MiB are free in \S+root, a build needs 3000/,
    );
  });
});
