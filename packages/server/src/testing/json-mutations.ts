import { isJsonObject } from "@kms/core/jsonrpc";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

import type { Random } from "@kms/core/testing";

/** Values that programs get wrong. */
const strange: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  9007199254740993n,
  -(2n ** 63n),
  1e308,
  "",
  " ",
  "0",
  "null",
  "newref:0",
  "newref:",
  "newref:18446744073709551616",
  "\u0000\ud800",
  "manager_ServerManager",
  "x".repeat(3000),
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  { __type__: "WebRtcEndpoint", __module__: "kurento" },
  ["transaction", { operations: [] }],
];

const strangeNames: readonly string[] = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  "id",
  "jsonrpc",
  "params",
  "sessionId",
  "operations",
];

type Mutation = (random: Random, value: JsonValue, others: readonly JsonValue[]) => JsonValue;

const replace: Mutation = (random) => random.pick(strange);
const graft: Mutation = (random, _value, others) => structuredClone(random.pick(others));
const wrap: Mutation = (random, value) => (random.once(2) ? [value] : { value });

const nest: Mutation = (random, value) => {
  let nested = value;
  for (let depth = random.below(200); depth > 0; depth -= 1) nested = [nested];
  return nested;
};

const dropMember: Mutation = (random, value) =>
  isJsonObject(value) ? withoutOne(random, value) : replace(random, value, []);

const renameMember: Mutation = (random, value) => {
  if (!isJsonObject(value)) return replace(random, value, []);
  const members = Object.entries(value);
  const at = random.below(members.length);
  // From entries, so that `__proto__` becomes a member like any other.
  return Object.fromEntries(
    members.map(([name, member], index) => [
      index === at ? random.pick(strangeNames) : name,
      member,
    ]),
  );
};

const addMember: Mutation = (random, value) =>
  isJsonObject(value)
    ? Object.fromEntries([
        ...Object.entries(value),
        [random.pick(strangeNames), random.pick(strange)],
      ])
    : replace(random, value, []);

const repeat: Mutation = (random, value) =>
  Array.isArray(value)
    ? Array.from({ length: random.below(50) }, () => value[random.below(value.length)] ?? null)
    : replace(random, value, []);

const bendText: Mutation = (random, value) => {
  if (typeof value !== "string") return replace(random, value, []);
  const at = random.below(value.length + 1);
  return `${value.slice(0, at)}${random.pick(["", "\u0000", "é", "_", "/", ".", "😀", value])}${value.slice(at + 1)}`;
};

const mutations: readonly Mutation[] = [
  replace,
  graft,
  wrap,
  nest,
  dropMember,
  renameMember,
  addMember,
  repeat,
  bendText,
  bendText,
];

/** A copy of the value that is wrong in one place, at any depth. `others` are values from which parts are taken. */
export function mutateJson(
  random: Random,
  value: JsonValue,
  others: readonly JsonValue[],
): JsonValue {
  if (random.once(3)) return random.pick(mutations)(random, value, others);
  if (Array.isArray(value) && value.length > 0) {
    const at = random.below(value.length);
    return value.map((item, index) => (index === at ? mutateJson(random, item, others) : item));
  }
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    const name = random.pick(Object.keys(value));
    return { ...value, [name]: mutateJson(random, value[name] ?? null, others) };
  }
  return random.pick(mutations)(random, value, others);
}

function withoutOne(random: Random, value: JsonObject): JsonObject {
  const members = Object.entries(value);
  const at = random.below(members.length);
  return Object.fromEntries(members.filter((_, index) => index !== at));
}

/** A copy of the bytes with a few of them wrong, missing, doubled or cut off. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const length = random.below(12);
  switch (random.below(5)) {
    case 0:
      return flipped(random, bytes);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), noise(random, length), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))]);
    default:
      return bytes.subarray(0, at);
  }
}

function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = 1 + random.below(4); count > 0 && copy.length > 0; count -= 1)
    copy[random.below(copy.length)] = random.below(256);
  return copy;
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}
