export { runCommand, type Output } from "./command.js";
export { generate, type GenerateRequest } from "./generate.js";
export { writeFiles, type WriteResult } from "./emit/write.js";
export type { RenderedFile } from "./emit/render.js";
export { KmdError, KmdErrors, type KmdLocation } from "./kmd/error.js";
export type { KmdText } from "./kmd/read.js";
