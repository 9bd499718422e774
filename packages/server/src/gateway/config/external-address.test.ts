import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";

import { silentLogger } from "@kms/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { askNameServer, findExternalAddresses } from "./external-address.js";

let server: Socket;
let answers: Map<number, Buffer>;

beforeEach(async () => {
  answers = new Map();
  server = createSocket("udp4").bind(0, "127.0.0.1");
  await once(server, "listening");
  server.on("message", (query, { port }) => server.send(answerTo(query), port, "127.0.0.1"));
});
afterEach(() => {
  server.close();
});

// RFC 1035: the question is sent back, and with it one record, if there is one for its type; else "no such name".
function answerTo(query: Buffer): Buffer {
  const end = query.indexOf(0, 12) + 5;
  const question = query.subarray(12, end);
  const data = answers.get(query.readUInt16BE(end - 4));
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(data === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(data === undefined ? 0 : 1, 6);
  header.fill(0, 8);
  if (data === undefined) return Buffer.concat([header, question]);
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0);
  question.copy(record, 2, question.length - 4);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([header, question, record, data]);
}

const recordA = 1;
const recordAaaa = 28;

describe("the external address", () => {
  const find = (): ReturnType<typeof askNameServer> =>
    askNameServer(`127.0.0.1:${server.address().port}`);

  it("is what a name server sees", async () => {
    answers.set(recordA, Buffer.from([203, 0, 113, 7]));
    answers.set(recordAaaa, Buffer.from("20010db8000000000000000000000009", "hex"));
    const env = { KMS_EXTERNAL_IPV4: "auto", KMS_EXTERNAL_IPV6: "auto", OTHER: "auto" };
    expect(await findExternalAddresses(env, find(), silentLogger)).toEqual({
      KMS_EXTERNAL_IPV4: "203.0.113.7",
      KMS_EXTERNAL_IPV6: "2001:db8::9",
      OTHER: "auto",
    });
  });

  it("stays unset where it is not found, with a warning", async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warning: (text: string) => void warnings.push(text) };
    const found = await findExternalAddresses({ KMS_EXTERNAL_IPV4: "auto" }, find(), log);
    expect(found["KMS_EXTERNAL_IPV4"]).toBeUndefined();
    expect(warnings).toEqual([
      "KMS_EXTERNAL_IPV4: the external IPv4 address cannot be found, left unset",
    ]);
  });

  it("is not asked for where it is given", async () => {
    const env = { KMS_EXTERNAL_IPV4: "192.0.2.1" };
    const never = (): Promise<string> => Promise.reject(new Error("asked"));
    expect(await findExternalAddresses(env, never, silentLogger)).toEqual(env);
  });
});
