import type { ConfigTree } from "@kms/core";

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

/** The module settings that environment variables give; empty variables count as not set. */
export function environmentTree(env: Readonly<Record<string, string | undefined>>): ConfigTree {
  const classes: Record<string, Record<string, string>> = {};
  for (const [variable, [className, key]] of Object.entries(variables)) {
    const value = env[variable];
    if (value === undefined || value === "") continue;
    (classes[className] ??= {})[key] = value;
  }
  return { kurento: classes };
}
