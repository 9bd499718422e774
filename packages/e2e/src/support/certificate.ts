// Certificates made with OpenSSL when they are needed.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

/**
 * Makes a self-signed certificate for this machine.
 * @param path without suffix: `.crt` gets the certificate, `.pem` certificate and key
 * @param name common name
 */
export async function makeCertificate(path: string, name: string): Promise<void> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const files = ["-keyout", `${path}.key`, "-out", `${path}.crt`];
  const subject = ["-subj", `/CN=${name}`, "-days", "2"];
  await promisify(execFile)("openssl", ["req", "-x509", ...key, ...subject, ...names, ...files]);
  const parts = await Promise.all([`${path}.crt`, `${path}.key`].map((file) => readFile(file)));
  await writeFile(`${path}.pem`, Buffer.concat(parts));
}
