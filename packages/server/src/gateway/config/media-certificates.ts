import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";

import { ConfigurationError } from "./configuration-error.js";
import type { WebRtcEndpointConfig } from "./module-config-types.js";

/** PEM texts with certificate and key for DTLS, by the kind of key; what is not set is made by the workers. */
export interface MediaCertificates {
  readonly rsa?: string;
  readonly ecdsa?: string;
}

type Setting = "pemCertificateRSA" | "pemCertificateECDSA" | "pemCertificate";

const keyTypes = { rsa: "rsa", ecdsa: "ec" } as const;

/**
 * Reads the files that WebRtcEndpoint's settings name. `pemCertificate` is the old name of `pemCertificateRSA`.
 * @param folder where relative paths start, unless the settings' own file tells
 * @throws ConfigurationError naming setting and file, when one cannot be read or used
 */
export function readMediaCertificates(
  config: WebRtcEndpointConfig,
  folder: string,
): MediaCertificates {
  const start = config.configPath ?? folder;
  const old: Setting = "pemCertificate";
  const rsaSetting: Setting = config.pemCertificateRSA ? "pemCertificateRSA" : old;
  const rsa = read(config, rsaSetting, "rsa", start);
  const ecdsa = read(config, "pemCertificateECDSA", "ecdsa", start);
  return { ...(rsa !== undefined && { rsa }), ...(ecdsa !== undefined && { ecdsa }) };
}

function read(
  config: WebRtcEndpointConfig,
  setting: Setting,
  kind: keyof typeof keyTypes,
  folder: string,
): string | undefined {
  const path = config[setting];
  if (path === undefined || path === "") return undefined;
  const file = isAbsolute(path) ? path : join(folder, path);
  try {
    const pem = readFileSync(file, "utf8");
    check(pem, kind);
    return pem;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `'modules.kurento.WebRtcEndpoint.${setting}': ${file} cannot be used: ${problem}`,
    );
  }
}

function check(pem: string, kind: keyof typeof keyTypes): void {
  const certificate = new X509Certificate(pem);
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== keyTypes[kind])
    throw new Error(`its key is of type ${key.asymmetricKeyType}, not ${keyTypes[kind]}`);
  if (!certificate.checkPrivateKey(key))
    throw new Error("its key does not belong to its certificate");
}
