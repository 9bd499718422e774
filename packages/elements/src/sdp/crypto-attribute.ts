// Keys in SDP (RFC 4568): the suites, an endpoint's own key, and `a=crypto` lines.
import { KurentoError } from "@kms/core";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { CryptoSuite, SDES } from "../generated/types.js";
import type { CryptoAttribute, Protection } from "./plain-types.js";

interface Suite {
  /** As in SDP. */
  readonly name: string;
  /** Bytes of master key and salt. */
  readonly keyLength: number;
}

/** RFC 4568 6.2, RFC 6188 4; the API has the parts of the first two names in another order. */
const SUITES: Readonly<Record<CryptoSuite, Suite>> = {
  AES_128_CM_HMAC_SHA1_32: { name: "AES_CM_128_HMAC_SHA1_32", keyLength: 30 },
  AES_128_CM_HMAC_SHA1_80: { name: "AES_CM_128_HMAC_SHA1_80", keyLength: 30 },
  AES_256_CM_HMAC_SHA1_32: { name: "AES_256_CM_HMAC_SHA1_32", keyLength: 46 },
  AES_256_CM_HMAC_SHA1_80: { name: "AES_256_CM_HMAC_SHA1_80", keyLength: 46 },
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const CRYPTO = /^(\d{1,9}) +(\w+) +(\S+)((?: +\S+)*) *$/;
const INLINE = /^inline:([A-Za-z0-9+/=]+)(?:\|(2\^\d{1,2}|\d{1,15}))?$/;

/**
 * The suite and key that an endpoint is made with; undefined when no suite is named: plain RTP, whatever else is given.
 * @throws KurentoError 40107 for a key that is no Base64, or has not the length of its suite
 */
export function protectionOf(sdes: SDES | undefined): Protection | undefined {
  if (sdes?.crypto === undefined) return undefined;
  const { name, keyLength } = SUITES[sdes.crypto];
  const key = givenKey(sdes) ?? randomBytes(keyLength);
  if (key.length !== keyLength) throw illegal("Master key size is wrong");
  return { suite: name, key };
}

function givenKey({ key, keyBase64 }: SDES): Uint8Array | undefined {
  if (key !== undefined && key !== "") return Buffer.from(key, "utf8");
  if (keyBase64 === undefined || keyBase64 === "") return undefined;
  if (!BASE64.test(keyBase64)) throw illegal("Master key is not valid Base64");
  return Buffer.from(keyBase64, "base64");
}

function illegal(text: string): KurentoError {
  return new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", text);
}

/**
 * Reads what follows `a=crypto:`. Undefined for what cannot be used: several keys or an MKI, a key that has not the
 * length of its suite, and session parameters that change the protection (RFC 4568 6.3), which must not be ignored.
 */
export function readCrypto(value: string): CryptoAttribute | undefined {
  const [, tag, suite = "", keys = "", parameters = ""] = CRYPTO.exec(value) ?? [];
  const [, text = "", lifetime] = INLINE.exec(keys) ?? [];
  const known = Object.values(SUITES).find(({ name }) => name === suite);
  if (known === undefined || !BASE64.test(text) || !parameters.split(" ").every(isHarmless))
    return undefined;
  const key = Buffer.from(text, "base64");
  if (key.length !== known.keyLength) return undefined;
  return { tag: Number(tag), suite, key, lifetime: readLifetime(lifetime) };
}

/** A hint on the replay window; a parameter with "-" may be ignored by who does not know it. */
function isHarmless(parameter: string): boolean {
  return parameter === "" || parameter.startsWith("WSH=") || parameter.startsWith("-");
}

/** "2^20" or "1048576" packets; what is beyond any limit says nothing. */
function readLifetime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const packets = text.startsWith("2^") ? 2 ** Number(text.slice(2)) : Number(text);
  return packets >= 1 && packets <= 2 ** 48 ? packets : undefined;
}

/** The key part of an `a=crypto` line. */
export function writeKey(key: Uint8Array): string {
  return `inline:${Buffer.from(key).toString("base64")}`;
}

/** The first line of that suite. */
export function findCrypto(
  lines: readonly CryptoAttribute[],
  protection: Protection,
): CryptoAttribute | undefined {
  return lines.find(({ suite }) => suite === protection.suite);
}
