import { STOCK_MODULES, type Model, type Module } from "../model/types.js";
import type { FileView } from "./file-view.js";

/** The file of target `maven`: a project whose build runs Kurento's Maven plugin over `src/main/kmd`. */
export function mavenView(model: Model): readonly FileView[] {
  return [pomFile(model, true)];
}

/**
 * The `pom.xml` of a module's Java client.
 *
 * @param usesPlugin whether the build generates the sources, or finds them ready in `src/main/java`
 */
export function pomFile({ module, dependencies }: Model, usesPlugin: boolean): FileView {
  const isKmdOnly = usesPlugin && module.code.kmd !== undefined;
  const own = coordinatesOf(module, isKmdOnly);
  const ranges = new Map(module.imports.map(({ name, mavenVersion }) => [name, mavenVersion]));
  const needed = dependencies
    .filter(({ name }) => ranges.has(name) && (isKmdOnly || !IN_CLIENT.has(name)))
    .map((dependency) => ({
      ...coordinatesOf(dependency, isKmdOnly),
      version: xmlText(String(ranges.get(dependency.name))),
    }))
    .filter(({ artifactId }) => artifactId !== own.artifactId);
  const data = {
    ...own,
    name: xmlText(module.name),
    hasDependencies: needed.length > 0,
    dependencies: needed,
    usesPlugin,
  };
  return { path: "pom.xml", template: "maven/pom", data };
}

/** The client of core holds the classes of these too. */
const IN_CLIENT: ReadonlySet<string> = new Set(STOCK_MODULES.filter((name) => name !== "core"));

/** The artifact of a module: the one that holds only its KMD, where it is wanted and there is one. */
function coordinatesOf({ code }: Module, isKmdOnly: boolean) {
  const { mavenGroupId, mavenArtifactId, mavenVersion } =
    isKmdOnly && code.kmd !== undefined ? code.kmd.java : code.api.java;
  return {
    groupId: xmlText(mavenGroupId),
    artifactId: xmlText(mavenArtifactId),
    version: xmlText(mavenVersion),
  };
}

/** A text that may stand between XML tags. */
export function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
