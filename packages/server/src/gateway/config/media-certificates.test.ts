import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { selfSigned } from "../../testing/certificates.js";
import { ConfigurationError } from "./configuration-error.js";
import { readMediaCertificates } from "./media-certificates.js";

let folder = "";
let file = "";
let pem = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-pem-"));
  ({ file } = await selfSigned(folder, "one"));
  pem = await readFile(file, "utf8");
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return name;
}

describe("certificates of WebRTC endpoints", () => {
  it("are made by the workers where none is set", () => {
    expect(readMediaCertificates({}, folder)).toEqual({});
    expect(readMediaCertificates({ pemCertificateRSA: "" }, folder)).toEqual({});
  });

  it("are read from files, relative to the file of the setting", () => {
    expect(readMediaCertificates({ pemCertificateECDSA: file }, "/")).toEqual({ ecdsa: pem });
    const relative = { pemCertificateECDSA: basename(file), configPath: folder };
    expect(readMediaCertificates(relative, "/")).toEqual({ ecdsa: pem });
  });

  it.each([
    ["is not there", async () => "missing.pem", "ENOENT"],
    ["is no PEM", () => written("text.pem", "hello"), "cannot be used"],
    [
      "has no key",
      () => written("keyless.pem", pem.replace(/-+BEGIN PRIVATE[^]*?END PRIVATE KEY-+/, "")),
      "cannot be used",
    ],
    [
      "has the key of another",
      async () => {
        const other = await readFile((await selfSigned(folder, "two")).file, "utf8");
        const key = /-+BEGIN PRIVATE KEY[^]*?END PRIVATE KEY-+/;
        return written("mixed.pem", pem.replace(key, key.exec(other)?.[0] ?? ""));
      },
      "its key does not belong to its certificate",
    ],
  ])("are refused by setting and file when one %s", async (_, make, problem) => {
    const name = await make();
    const reading = (): unknown => readMediaCertificates({ pemCertificateECDSA: name }, folder);
    expect(reading).toThrow(ConfigurationError);
    expect(reading).toThrow(`WebRtcEndpoint.pemCertificateECDSA': ${join(folder, name)}`);
    expect(reading).toThrow(problem);
  });

  it.each(["pemCertificateRSA", "pemCertificate"] as const)(
    "need a key of the kind that %s says",
    (setting) => {
      const reading = (): unknown => readMediaCertificates({ [setting]: file }, folder);
      expect(reading).toThrow(
        `WebRtcEndpoint.${setting}': ${file} cannot be used: its key is of type ec, not rsa`,
      );
    },
  );
});
