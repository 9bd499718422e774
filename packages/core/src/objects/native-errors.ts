import { isKurentoError, KurentoError } from "../model/errors.js";

/** What native code rejected with, as the error a client gets: its own code, or 40003 for one without. */
export function toKurentoError(error: unknown): KurentoError {
  if (isKurentoError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const isOurs = typeof code === "number" && code >= 40000 && code <= 49999;
  return new KurentoError(isOurs ? code : "UNEXPECTED_ERROR", message, { cause: error });
}
