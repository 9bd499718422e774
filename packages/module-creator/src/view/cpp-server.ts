import type { Model } from "../model/types.js";
import { CppNames } from "./cpp-names.js";
import { cppTypeFiles } from "./cpp-types.js";
import type { FileView } from "./file-view.js";

/** The files of target `server-cpp`, for a folder `kms/modules/<module>`: headers for native elements with the enumerations and registers of a module. */
export function serverCppView(model: Model): readonly FileView[] {
  const names = new CppNames(model, { folder: "kms/modules", namespaceSuffix: "" });
  return cppTypeFiles(model.module, names);
}
