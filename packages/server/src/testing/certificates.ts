import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A certificate in files. */
export interface TestCertificate {
  /** PEM file with certificate, chain and key. */
  readonly file: string;
  /** PEM text of what a client has to trust. */
  readonly authority: string;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
const names = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1";

/** Makes a self-signed certificate for this machine. @param password of the key; none by default */
export async function selfSigned(
  folder: string,
  name: string,
  password?: string,
): Promise<TestCertificate> {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const protection = password === undefined ? ["-nodes"] : ["-passout", `pass:${password}`];
  const subject = ["-subj", `/CN=${name}`, "-addext", names, "-days", "2"];
  const files = ["-keyout", key, "-out", certificate];
  await run("openssl", ["req", "-x509", ...newKey, ...protection, ...subject, ...files]);
  return {
    file: await writeBundle(folder, name, [certificate, key]),
    authority: await text(certificate),
  };
}

/** Makes a certificate that an intermediate authority signed. */
export async function chained(folder: string, name: string): Promise<TestCertificate> {
  const at = (suffix: string): string => join(folder, `${name}.${suffix}`);
  const authority = ["-addext", "basicConstraints=critical,CA:TRUE", "-days", "2", "-nodes"];
  const root = ["-subj", "/CN=root", "-keyout", at("root.key"), "-out", at("root.crt")];
  await run("openssl", ["req", "-x509", ...newKey, ...authority, ...root]);
  await sign(at, "middle", "root", "basicConstraints=critical,CA:TRUE");
  await sign(at, "leaf", "middle", names);
  const file = await writeBundle(folder, name, [at("leaf.crt"), at("middle.crt"), at("leaf.key")]);
  return { file, authority: await text(at("root.crt")) };
}

async function sign(
  at: (suffix: string) => string,
  name: string,
  issuer: string,
  extension: string,
): Promise<void> {
  const [key, request, extensions] = [at(`${name}.key`), at(`${name}.csr`), at(`${name}.ext`)];
  const files = ["-keyout", key, "-out", request];
  await run("openssl", ["req", ...newKey, "-nodes", "-subj", `/CN=${name}`, ...files]);
  await writeFile(extensions, extension);
  const signer = ["-CA", at(`${issuer}.crt`), "-CAkey", at(`${issuer}.key`), "-CAcreateserial"];
  const result = ["-days", "2", "-extfile", extensions, "-out", at(`${name}.crt`)];
  await run("openssl", ["x509", "-req", "-in", request, ...signer, ...result]);
}

async function writeBundle(
  folder: string,
  name: string,
  parts: readonly string[],
): Promise<string> {
  const file = join(folder, `${name}.pem`);
  await writeFile(file, (await Promise.all(parts.map(text))).join(""));
  return file;
}

function text(file: string): Promise<string> {
  return readFile(file, "utf8");
}
