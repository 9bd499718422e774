import { kebabCase } from "../model/names.js";

export { camelCase, kebabCase } from "../model/names.js";

/** `webRtcEndpoint` as `WebRtcEndpoint`: only the first letter changes. */
export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `WebRtcEndpoint` as `WEB_RTC_ENDPOINT`. */
export function upperSnakeCase(name: string): string {
  return kebabCase(name).replaceAll("-", "_").toUpperCase();
}

/** Files of the TypeScript targets that belong to the module as a whole. */
const MODULE_FILES: ReadonlySet<string> = new Set([
  ...["index", "manifest", "module", "schema", "types"],
]);

/** Name, without ending, of the generated TypeScript file of a class. */
export function classFile(name: string): string {
  const file = kebabCase(name);
  return MODULE_FILES.has(file) ? `${file}-class` : file;
}
