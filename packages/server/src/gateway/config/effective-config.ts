import type { JsonValue } from "@kms/core";

import type { ConfigFile } from "./config-types.js";

const secrets = new Set(["password", "token", "s3SecretAccessKey"]);

/** The configuration as JSON text for the log: passwords and tokens are not in it. */
export function effectiveConfigText(config: ConfigFile): string {
  return JSON.stringify(config, (key: string, value: JsonValue) => {
    if (typeof value !== "string") return value;
    if (secrets.has(key)) return "***";
    return key === "turnURL" ? value.replace(/:[^:@]*@/, ":***@") : value;
  });
}
