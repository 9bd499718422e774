import { describe, expect, it } from "vitest";
import { signedHeaders } from "./aws-signature.js";
import type { SignedRequest } from "./aws-signature.js";

// The examples of Amazon's documentation of the signature.
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
const time = new Date("2013-05-24T00:00:00Z");

function signatureOf(
  method: string,
  path: string,
  rest: Partial<SignedRequest> = {},
): string | undefined {
  const url = new URL(path, "https://examplebucket.s3.amazonaws.com");
  const { authorization } = signedHeaders({ method, url, body: "", ...rest }, credentials, time);
  return authorization?.split("Signature=")[1];
}

describe("a signature", () => {
  it("covers headers", () => {
    expect(signatureOf("GET", "/test.txt", { headers: { range: "bytes=0-9" } })).toBe(
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
  });

  it("covers path and body", () => {
    const headers = {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
    };
    const rest = { headers, body: "Welcome to Amazon S3." };
    expect(signatureOf("PUT", "/test$file.text", rest)).toBe(
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
  });

  it("covers the query", () => {
    expect(signatureOf("GET", "/?lifecycle")).toBe(
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    );
    expect(signatureOf("GET", "/?max-keys=2&prefix=J")).toBe(
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
  });
});
