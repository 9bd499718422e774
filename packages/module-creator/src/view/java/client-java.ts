import type { Model, Module } from "../../model/types.js";
import type { FileView } from "../file-view.js";
import { pomFile } from "../maven.js";
import { upperFirst } from "../names.js";
import { classData } from "./class-view.js";
import { enumData, eventData, registerData } from "./data-view.js";
import { JavaNames, packageFolder } from "./names.js";

const GROUP = "client-java";
const SOURCES = "src/main/java";
const MODULE_INFO_PACKAGE = "org.kurento.module";

/** Choices of the target from outside the KMD. */
export interface JavaOptions {
  /** One overload for each number of optional parameters; default true. */
  readonly expandsMethods?: boolean | undefined;
}

/** The files of target `client-java`: a Maven project with the module's classes for Kurento's Java client. */
export function clientJavaView(
  model: Model,
  { expandsMethods = true }: JavaOptions,
): readonly FileView[] {
  const { module } = model;
  const names = new JavaNames(model);
  const file = (
    template: string,
    data: Readonly<Record<string, unknown>> & { readonly name?: unknown },
  ): FileView => ({
    path: `${SOURCES}/${packageFolder(names.packageName)}/${String(data.name)}.java`,
    template: `${GROUP}/${template}`,
    data: {
      module: module.name,
      packageName: names.packageName,
      importsClient: names.importsClient,
      ...data,
    },
  });
  return [
    pomFile(model, false),
    ...moduleInfo(module),
    ...module.classes.map((each) => file("class", classData(each, names, expandsMethods))),
    ...module.registers.map((each) =>
      file("register", registerData(each, module.wireModule, names)),
    ),
    ...module.enums.map((each) => file("enum", enumData(each))),
    ...module.events.map((each) => file("event", eventData(each, names))),
  ];
}

/** By this class the client finds the package of a module; the stock modules share the one of core. */
function moduleInfo({ name, wireModule, code }: Module): readonly FileView[] {
  if (name !== "core" && name !== wireModule) {
    return [];
  }
  const className = `${upperFirst(wireModule).replaceAll("-", "_")}ModuleInfo`;
  return [
    {
      path: `${SOURCES}/${packageFolder(MODULE_INFO_PACKAGE)}/${className}.java`,
      template: `${GROUP}/module-info`,
      data: {
        module: name,
        packageName: MODULE_INFO_PACKAGE,
        className,
        classesPackage: JSON.stringify(code.api.java.packageName),
      },
    },
  ];
}
