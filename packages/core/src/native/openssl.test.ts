import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { nativeLibrary } from "./library.js";

const run = promisify(execFile);

async function symbols(
  file: string,
  which: "--undefined-only" | "--defined-only",
): Promise<Set<string>> {
  const { stdout } = await run("nm", ["-D", which, file], { maxBuffer: 64 * 1024 * 1024 });
  const names = stdout.split("\n").map((line) => line.trim().split(" ").at(-1) ?? "");
  return new Set(names.map((name) => name.replace(/@.*$/, "")));
}

describe("libkmscore in Node", () => {
  // Node's executable exports the OpenSSL it was built with, and its functions come before those of libcrypto. One that it
  // lacks would come from the other copy, and objects of one copy would be handed to the other.
  it("takes all of OpenSSL from one library", async () => {
    const library = nativeLibrary(new URL("../..", import.meta.url), "libkmscore.so");
    const used = await symbols(library, "--undefined-only");
    const openssl = [...used].filter((name) =>
      /^(SSL|EVP|BIO|X509|EC|BN|PEM|RAND|HMAC|SHA1|CRYPTO|ERR|OPENSSL|ASN1|DTLS|TLS)_/.test(name),
    );
    expect(openssl.length).toBeGreaterThan(50);
    const exported = await symbols(process.execPath, "--defined-only");
    const missing = openssl.filter((name) => !exported.has(name));
    // A Node that is linked to the distribution's OpenSSL exports none of it.
    if (missing.length !== openssl.length) expect(missing).toEqual([]);
  });
});
