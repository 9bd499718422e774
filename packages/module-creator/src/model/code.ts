import type { KmdCode } from "../kmd/types.js";
import type { FusedModule } from "./fuse.js";
import type { Identity } from "./imports.js";
import type { Problems } from "./problems.js";
import { CPP_WORDS, JAVA_WORDS } from "./reserved-words.js";
import { STOCK_MODULES, type ModuleCode } from "./types.js";
import { isDevVersion } from "./version.js";
import { mavenVersion, releaseVersion } from "./version-range.js";

type Values = Readonly<Record<string, string>>;

/** The module's `code` section with all that was left out filled in. Faulty values go to the problems. */
export function moduleCode(identity: Identity, fused: FusedModule, problems: Problems): ModuleCode {
  const given: KmdCode = fused.head.code ?? {};
  checkValues(given, fused, problems);
  const js = jsCode(identity, given.api?.["js"]);
  const kmd = given.kmd && {
    ...given.kmd,
    java: { ...kmdJavaDefaults(identity), ...given.kmd["java"] },
  };
  return {
    api: { ...given.api, java: { ...javaDefaults(identity), ...given.api?.["java"] }, js },
    implementation: { ...implementationDefaults(identity), ...given.implementation },
    ...(kmd && { kmd }),
  };
}

function javaDefaults({ name, version }: Identity) {
  return {
    packageName: `org.kurento.module.${identifier(name)}`,
    mavenGroupId: "org.kurento.module",
    mavenArtifactId: name,
    mavenVersion: mavenVersion(version),
  };
}

function kmdJavaDefaults({ name, version }: Identity) {
  return {
    mavenGroupId: "org.kurento.module",
    mavenArtifactId: `${name}.kmd`,
    mavenVersion: mavenVersion(version),
  };
}

/** A development version comes from the module's repository, where it has one. */
function jsCode({ name, version }: Identity, given: Values = {}): ModuleCode["api"]["js"] {
  const repository = isDevVersion(version) ? given["npmGit"] : undefined;
  return {
    nodeName: `kurento-module-${name.toLowerCase()}`,
    npmVersion: repository ?? releaseVersion(version),
    npmDescription: "",
    ...given,
  };
}

function implementationDefaults({ name }: Identity) {
  return {
    cppNamespace: STOCK_MODULES.includes(name) ? "kurento" : `kurento::module::${identifier(name)}`,
    lib: `libkms${name.toLowerCase()}`,
  };
}

/** A module's name may have a dash or be a word of a language, the names of packages and namespaces may not. */
function identifier(name: string): string {
  const word = name.replaceAll("-", "_");
  return JAVA_WORDS.has(word) || CPP_WORDS.has(word) ? `${word}_` : word;
}

interface Rule {
  readonly pattern: RegExp;
  /** No part of a dotted name may be a word of Java; C++ has about the same. */
  readonly isName?: boolean;
  readonly expected: string;
}

const MAVEN_ID: Rule = { pattern: /^[\w.-]+$/, expected: "letters, digits, dots, _ and -" };
const MAVEN_VERSION: Rule = { pattern: /^[\w.+-]+$/, expected: "a version" };

/** What the values of the section must be, by path: they end up in paths and in source code. */
const RULES: Readonly<Record<string, Rule>> = {
  "api.java.packageName": {
    pattern: /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/,
    isName: true,
    expected: "a package such as org.kurento.module.chroma",
  },
  "api.java.mavenGroupId": MAVEN_ID,
  "api.java.mavenArtifactId": MAVEN_ID,
  "api.java.mavenVersion": MAVEN_VERSION,
  "kmd.java.mavenGroupId": MAVEN_ID,
  "kmd.java.mavenArtifactId": MAVEN_ID,
  "kmd.java.mavenVersion": MAVEN_VERSION,
  "api.js.nodeName": {
    pattern: /^(@[a-z\d~-][a-z\d._~-]*\/)?[a-z\d~-][a-z\d._~-]*$/,
    expected: "the name of an npm package",
  },
  "implementation.cppNamespace": {
    pattern: /^[A-Za-z_]\w*(::[A-Za-z_]\w*)*$/,
    isName: true,
    expected: "a namespace such as kurento::module::chroma",
  },
  "implementation.lib": { pattern: /^lib[\w+-]+$/, expected: "a library such as libkmschroma" },
};

function checkValues(code: KmdCode, fused: FusedModule, problems: Problems): void {
  for (const [name, rule] of Object.entries(RULES)) {
    const path = name.split(".");
    const value = path.reduce<unknown>(member, code);
    if (typeof value === "string" && !fulfils(value, rule)) {
      const origin = fused.originOf("code").at(...path);
      problems.add(origin, `'${value}' cannot be the ${name}`, rule.expected);
    }
  }
}

function fulfils(value: string, { pattern, isName = false }: Rule): boolean {
  const hasWord = value.split(/\.|::/).some((part) => JAVA_WORDS.has(part));
  return pattern.test(value) && !(isName && hasWord);
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Values)[key] : undefined;
}
