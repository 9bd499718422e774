import type { Environment } from "./gateway/config/environment.js";

/** The part of `process` that changes who the process is. */
export interface ProcessIdentity {
  getuid?(): number;
  setgroups?(groups: readonly number[]): void;
  setgid?(id: number): void;
  setuid?(id: number): void;
}

/**
 * Goes on as the user and group whose number is in KMS_UID, as Kurento's Docker image does. Does nothing without the
 * variable, or when it is that user already.
 * @throws Error for another text than a number, and when the process may not change its user
 */
export function runAs(env: Environment, identity: ProcessIdentity): void {
  const text = env["KMS_UID"] ?? "";
  if (text === "") return;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`KMS_UID should be a user id, but is '${text}'`);
  const id = Number(text);
  if (identity.getuid?.() === id) return;
  try {
    // In this order: whoever is no longer root cannot change groups.
    identity.setgroups?.([id]);
    identity.setgid?.(id);
    identity.setuid?.(id);
  } catch (error) {
    throw new Error(`KMS_UID: cannot run as ${text}, only root can`, { cause: error });
  }
}
