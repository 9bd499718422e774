import { STOCK_MODULES, type Import, type Model, type Module } from "../model/types.js";
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
  const { kmd, api } = module.code;
  const own = kmd !== undefined && usesPlugin ? kmd.java : api.java;
  const byName = new Map(dependencies.map((dependency) => [dependency.name, dependency]));
  const needed = module.imports
    .filter(({ name }) => own === kmd?.java || !IN_CLIENT.has(name))
    .flatMap((imported) => dependencyOf(imported, byName.get(imported.name), own === kmd?.java))
    .filter(({ artifactId }) => artifactId !== own.mavenArtifactId);
  const data = {
    groupId: xmlText(own.mavenGroupId),
    artifactId: xmlText(own.mavenArtifactId),
    version: xmlText(own.mavenVersion),
    name: xmlText(module.name),
    hasDependencies: needed.length > 0,
    dependencies: needed,
    usesPlugin,
  };
  return { path: "pom.xml", template: "maven/pom", data };
}

/** The client of core holds the classes of these too. */
const IN_CLIENT: ReadonlySet<string> = new Set(STOCK_MODULES.filter((name) => name !== "core"));

interface Dependency {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}

function dependencyOf(
  { mavenVersion }: Import,
  module: Module | undefined,
  isKmdOnly: boolean,
): readonly Dependency[] {
  const coordinates = isKmdOnly ? module?.code.kmd?.java : module?.code.api.java;
  return coordinates === undefined
    ? []
    : [
        {
          groupId: xmlText(coordinates.mavenGroupId),
          artifactId: xmlText(coordinates.mavenArtifactId),
          version: xmlText(mavenVersion),
        },
      ];
}

/** A text that may stand between XML tags. */
export function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
