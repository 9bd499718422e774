// @ts-check
import { describe, expect, it } from "vitest";
import { debianFiles } from "./debian-folder.js";
import { wrap } from "./package-view.js";
import { findModule } from "./select.js";

const release = {
  versionOf: () => ({
    base: "7.4.0",
    full: "7.4.0~20261126170000.git0123abc",
    changes: ["A `loud` change,\nin two lines.", "Another."],
  }),
  date: "Thu, 26 Nov 2026 17:00:00 +0000",
  distribution: "unstable",
  source: "https://example.org/kms-omni.git",
};
const vendored = [
  { folder: "ws", license: "MIT", holder: "2011 Einar", text: "Permission is granted.\n\nAs is." },
  {
    folder: "ajv",
    license: "MIT",
    holder: "2015 Evgeny",
    text: "Permission is granted.\n\nAs is.",
  },
];

/** @param {string} module @param {string} file @returns {string} */
const file = (module, file) => debianFiles(findModule(module), release, vendored).get(file) ?? "";
/** @param {string} text @param {string} name @returns {string} one package's part of debian/control */
const stanza = (text, name) =>
  text.split("\n\n").find((part) => part.startsWith(`Package: ${name}\n`)) ?? "";

describe("debian/control", () => {
  const control = file("kms-core", "control");

  it("has a package to run, one to build upon, and its documentation", () => {
    expect([...control.matchAll(/^Package: (.*)$/gm)].map(([, name]) => name)).toEqual([
      "kms-core",
      "kms-core-dev",
      "kms-core-doc",
    ]);
  });

  it("needs other modules in the version of the same release, or a later one", () => {
    expect(control).toContain("\n kms-cmake-utils (>= 7.4.0~),");
    expect(stanza(control, "kms-core")).toContain("\n kms-jsonrpc (>= 7.4.0~),");
    expect(stanza(control, "kms-core-dev")).toContain("\n kurento-module-creator-dev (>= 7.4.0~),");
  });

  it("binds the headers to the library that they are of", () => {
    expect(stanza(control, "kms-core-dev")).toContain("kms-core (= ${binary:Version})");
    expect(
      stanza(file("kurento-module-creator", "control"), "kurento-module-creator-dev"),
    ).toContain("(= ${source:Version})");
  });

  it("leaves documentation out where it is not wanted", () => {
    expect(stanza(control, "kms-core-doc")).toContain("Build-Profiles: <!nodoc>");
  });

  it("runs in our Node where the distribution's is too old", () => {
    expect(stanza(file("kurento-media-server", "control"), "kurento-media-server")).toContain(
      "nodejs (>= 20.17) | kurento-nodejs",
    );
  });

  it("has no empty line inside of a paragraph, and no line too long", () => {
    for (const line of control.split("\n")) {
      expect(line.length, line).toBeLessThan(100);
    }
    expect(control).not.toMatch(/\n\n\n|^$\n^ /m);
  });
});

describe("the other files of debian/", () => {
  it("write a changelog that dpkg reads", () => {
    expect(file("kms-core", "changelog")).toBe(
      "kms-core (7.4.0~20261126170000.git0123abc) unstable; urgency=medium\n\n" +
        "  * A loud change, in two lines.\n  * Another.\n\n" +
        " -- kms-omni developers <kms-omni@users.noreply.github.com>  Thu, 26 Nov 2026 17:00:00 +0000\n",
    );
  });

  it("tell the copyright of what comes from others, each license once", () => {
    const text = file("kms-core", "copyright");
    expect(text).toContain("Files: npm/node_modules/ws/*\nCopyright: 2011 Einar\nLicense: MIT\n");
    expect([
      ...text.matchAll(/^License: MIT\n Permission is granted\.\n \.\n As is\.$/gm),
    ]).toHaveLength(1);
  });

  it("put libraries, headers and what Node loads where they belong", () => {
    expect(file("kms-core", "kms-core.install")).toContain("usr/lib/*/lib*.so.*\n");
    expect(file("kms-core", "kms-core.install")).toContain(
      "npm/* usr/lib/kurento/node_modules/@kms/core\n",
    );
    expect(file("kms-core", "kms-core-dev.install")).toContain("usr/lib/*/pkgconfig\n");
    expect(file("kurento-client", "kurento-client.links")).toBe(
      "usr/lib/kurento/node_modules/@kms/client/build/RelWithDebInfo/bin/kms-call usr/bin/kms-call\n",
    );
  });

  it("leave tests out with nocheck, and build with hardening", () => {
    const rules = file("kms-core", "rules");
    expect(rules).toContain("hardening=+all");
    expect(rules).toMatch(
      /ifneq \(,\$\(filter nocheck,\$\(DEB_BUILD_OPTIONS\)\)\)\n\tdh_auto_build -- kms-native/,
    );
  });

  it("take the Node binary as it is", () => {
    const rules = file("kurento-nodejs", "rules");
    expect(rules).not.toContain("cmake");
    expect(rules).toContain("override_dh_strip");
  });
});

describe("wrap", () => {
  it("breaks between words", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  });

  it("leaves a word that is too long whole", () => {
    expect(wrap("a incomprehensible b", 4)).toEqual(["a", "incomprehensible", "b"]);
  });
});
