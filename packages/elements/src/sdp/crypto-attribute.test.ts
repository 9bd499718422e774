import { describe, expect, it } from "vitest";
import type { SDES } from "../generated/types.js";
import { protectionOf, readCrypto, writeKey } from "./crypto-attribute.js";

const TEXT_KEY = "4321ZYXWVUTSRQPONMLKJIHGFEDCBA";
const KEY_30 = Buffer.from(TEXT_KEY).toString("base64");
const KEY_46 = Buffer.alloc(46, 7).toString("base64");

describe("the key of an endpoint", () => {
  it("is none without a suite, whatever key is given", () => {
    expect(protectionOf(undefined)).toBeUndefined();
    expect(protectionOf({})).toBeUndefined();
    expect(protectionOf({ key: TEXT_KEY })).toBeUndefined();
  });

  it("is the given text or Base64", () => {
    const crypto = "AES_128_CM_HMAC_SHA1_80";
    const expected = { suite: "AES_CM_128_HMAC_SHA1_80", key: Buffer.from(TEXT_KEY) };
    expect(protectionOf({ crypto, key: TEXT_KEY })).toEqual(expected);
    expect(protectionOf({ crypto, keyBase64: KEY_30 })).toEqual(expected);
  });

  it("is random, of the suite's length, when none is given", () => {
    const lengths = new Map([
      ["AES_128_CM_HMAC_SHA1_32", 30],
      ["AES_128_CM_HMAC_SHA1_80", 30],
      ["AES_256_CM_HMAC_SHA1_32", 46],
      ["AES_256_CM_HMAC_SHA1_80", 46],
    ] as const);
    for (const [crypto, length] of lengths) {
      const one = protectionOf({ crypto });
      expect(one?.key).toHaveLength(length);
      expect(one?.key).not.toEqual(protectionOf({ crypto })?.key);
    }
  });

  it.each<[SDES, string]>([
    [{ crypto: "AES_128_CM_HMAC_SHA1_80", key: "short" }, "Master key size is wrong"],
    [{ crypto: "AES_256_CM_HMAC_SHA1_80", key: TEXT_KEY }, "Master key size is wrong"],
    [{ crypto: "AES_128_CM_HMAC_SHA1_80", keyBase64: KEY_46 }, "Master key size is wrong"],
    [{ crypto: "AES_128_CM_HMAC_SHA1_80", keyBase64: "*" }, "Master key is not valid Base64"],
    [{ crypto: "AES_128_CM_HMAC_SHA1_80", keyBase64: "abc" }, "Master key is not valid Base64"],
  ])("refuses %j with 40107", (sdes, message) => {
    expect(() => protectionOf(sdes)).toThrow(expect.objectContaining({ code: 40107, message }));
  });
});

describe("a=crypto", () => {
  it("is read with tag, suite and key", () => {
    expect(readCrypto(`7 AES_CM_128_HMAC_SHA1_32 inline:${KEY_30}`)).toEqual({
      tag: 7,
      suite: "AES_CM_128_HMAC_SHA1_32",
      key: Buffer.from(TEXT_KEY),
      lifetime: undefined,
    });
  });

  it.each([
    ["2^20", 1_048_576],
    ["4096", 4096],
    ["2^48", 2 ** 48],
    ["2^60", undefined],
    ["0", undefined],
  ])("takes the lifetime %s as %s packets", (text, lifetime) => {
    const read = readCrypto(`1 AES_CM_128_HMAC_SHA1_80 inline:${KEY_30}|${text}`);
    expect(read).toMatchObject({ tag: 1, lifetime });
  });

  it.each([
    ["a hint on the window", `1 AES_256_CM_HMAC_SHA1_80 inline:${KEY_46} WSH=1024`],
    ["an optional extension", `1 AES_256_CM_HMAC_SHA1_80 inline:${KEY_46} -x WSH=64`],
  ])("may carry %s", (_, text) => {
    expect(readCrypto(text)).toBeDefined();
  });

  it.each([
    ["no text", ""],
    ["no tag", `AES_CM_128_HMAC_SHA1_80 inline:${KEY_30}`],
    ["an unknown suite", `1 F8_128_HMAC_SHA1_80 inline:${KEY_30}`],
    ["the suite's name in the API", `1 AES_128_CM_HMAC_SHA1_80 inline:${KEY_30}`],
    ["another suite's key length", `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY_46}`],
    ["no Base64", "1 AES_CM_128_HMAC_SHA1_80 inline:===="],
    ["no inline key", `1 AES_CM_128_HMAC_SHA1_80 uri:${KEY_30}`],
    ["an MKI", `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY_30}|2^20|1:4`],
    ["two keys", `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY_30};inline:${KEY_30}`],
    ["no encryption", `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY_30} UNENCRYPTED_SRTP`],
    ["a second parameter", `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY_30} WSH=64 KDR=1`],
  ])("is not used with %s", (_, text) => {
    expect(readCrypto(text)).toBeUndefined();
  });

  it("is written so that it can be read", () => {
    const key = Buffer.alloc(30, 200);
    const read = readCrypto(`1 AES_CM_128_HMAC_SHA1_80 ${writeKey(key)}`);
    expect(read?.key).toEqual(key);
  });
});
