import type { ConfigTree, Logger } from "@kms/core";

import { checkConfig } from "./check-config.js";
import { nest } from "./trees.js";

/** Variables as the process was given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of Kurento's Docker image, with the class and the key that each stands for. */
const variables: Readonly<Record<string, readonly [className: string, key: string]>> = {
  KMS_MIN_PORT: ["BaseRtpEndpoint", "minPort"],
  KMS_MAX_PORT: ["BaseRtpEndpoint", "maxPort"],
  KMS_MTU: ["BaseRtpEndpoint", "mtu"],
  KMS_EXTERNAL_IPV4: ["WebRtcEndpoint", "externalIPv4"],
  KMS_EXTERNAL_IPV6: ["WebRtcEndpoint", "externalIPv6"],
  KMS_NETWORK_INTERFACES: ["WebRtcEndpoint", "networkInterfaces"],
  KMS_ICE_TCP: ["WebRtcEndpoint", "iceTcp"],
  KMS_STUN_IP: ["WebRtcEndpoint", "stunServerAddress"],
  KMS_STUN_PORT: ["WebRtcEndpoint", "stunServerPort"],
  KMS_TURN_URL: ["WebRtcEndpoint", "turnURL"],
  KMS_PEM_CERTIFICATE_RSA: ["WebRtcEndpoint", "pemCertificateRSA"],
  KMS_PEM_CERTIFICATE_ECDSA: ["WebRtcEndpoint", "pemCertificateECDSA"],
};

const together = ["KMS_STUN_IP", "KMS_STUN_PORT"] as const;

/**
 * The module settings that environment variables give; empty variables count as not set. A value that does not fit is
 * logged with its variable and left out; of the STUN server's address and port, one alone counts for nothing.
 */
export function environmentSettings(env: Environment, log: Logger): ConfigTree[] {
  const given = Object.keys(variables).filter((name) => (env[name] ?? "") !== "");
  return given.flatMap((name) => {
    const [className, key] = variables[name] ?? ["", ""];
    const lacking = together.find((other) => (env[other] ?? "") === "");
    if (lacking !== undefined && together.some((one) => one === name)) {
      log.warning(`${name}: has no effect without ${lacking}`);
      return [];
    }
    const tree = nest(["modules", "kurento", className, key], env[name] ?? "");
    return [checkConfig(tree, name, log)];
  });
}
