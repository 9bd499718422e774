// AWS signature version 4, in the Authorization header
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
import { createHash, createHmac } from "node:crypto";

/** Who signs, and for where. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** What is signed. */
export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  /** Besides host, x-amz-date and x-amz-content-sha256, which are added; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/** The headers to send: those given, those added, and `authorization`. */
export function signedHeaders(
  request: SignedRequest,
  credentials: AwsCredentials,
  time: Date,
): Record<string, string> {
  const stamp = time.toISOString().replace(/[-:]|\.\d+/g, "");
  const bodyHash = hex(request.body);
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.url.host,
    "x-amz-content-sha256": bodyHash,
    "x-amz-date": stamp,
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    request.method,
    encodePath(request.url),
    canonicalQuery(request.url),
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim()}`),
    "",
    names.join(";"),
    bodyHash,
  ].join("\n");
  const scope = `${stamp.slice(0, 8)}/${credentials.region}/s3/aws4_request`;
  const text = [ALGORITHM, stamp, scope, hex(canonical)].join("\n");
  const signature = hmac(signingKey(credentials, stamp.slice(0, 8)), text).toString("hex");
  const who = `Credential=${credentials.accessKeyId}/${scope}`;
  const authorization = `${ALGORITHM} ${who},SignedHeaders=${names.join(";")},Signature=${signature}`;
  return { ...headers, authorization };
}

/** Percent-encoding as the signature wants it: all but unreserved characters (RFC 3986 2.3). */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodePath(url: URL): string {
  const names = url.pathname.split("/").map((name) => encodeStrictly(decodeURIComponent(name)));
  return names.join("/");
}

function canonicalQuery(url: URL): string {
  const pairs = [...url.searchParams].map(
    ([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`,
  );
  return pairs.sort().join("&");
}

function signingKey({ secretAccessKey, region }: AwsCredentials, day: string): Buffer {
  return [day, region, "s3", "aws4_request"].reduce<Buffer>(
    (key, text) => hmac(key, text),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function hex(data: Buffer | string): string {
  return createHash("sha256").update(data).digest("hex");
}
