import { describe, expect, it } from "vitest";
import { didYouMean } from "./error.js";
import { KmdErrors } from "./error.js";
import { readKmd } from "./read.js";

function messagesOf(text: string): readonly string[] {
  try {
    readKmd({ file: "m.kmd.json", text });
  } catch (error) {
    if (error instanceof KmdErrors) {
      return error.errors.map(({ message }) => message);
    }
    throw error;
  }
  return [];
}

describe("readKmd", () => {
  it("ignores keys that it does not know", () => {
    expect(messagesOf('{"name": "m", "whatever": {"a": [1]}}')).toEqual([]);
  });

  it.each([
    ['{"name": 5}', "m.kmd.json:1:10 $.name: this is the number 5, expected a string"],
    ['{"imports": {}}', "m.kmd.json:1:13 $.imports: this is an object, expected a list"],
    ['{"events": [[]]}', "m.kmd.json:1:13 $.events[0]: this is a list, expected an object"],
    [
      '{"events": [null]}',
      "m.kmd.json:1:13 $.events[0]: this is null, expected an object (remove the entry, or give it a value)",
    ],
    [
      '{"remoteClasses": [\n  {"nmae": "A"}]}',
      "m.kmd.json:2:3 $.remoteClasses[0]: the key 'name' is missing, expected a value for 'name' (is it meant by 'nmae'?)",
    ],
    [
      '{"complexTypes": [{"name": "A", "typeFormat": "REGISTRE"}]}',
      `m.kmd.json:1:47 $.complexTypes[0].typeFormat: this is the string "REGISTRE", expected one of REGISTER, ENUM (did you mean 'REGISTER'?)`,
    ],
    ["[]", "m.kmd.json:1:1 $: this is a list, expected an object"],
  ])("says what is wrong in %s", (text, message) => {
    expect(messagesOf(text)).toEqual([message]);
  });

  it("tells all faults of a file", () => {
    expect(messagesOf('{"name": 1, "version": 2}')).toHaveLength(2);
  });

  it("does not take an absent constructor for the one of JavaScript", () => {
    expect(messagesOf('{"remoteClasses": [{"name": "A"}]}')).toEqual([]);
    expect(messagesOf('{"remoteClasses": [{"name": "A", "constructor": 5}]}')).toEqual([
      "m.kmd.json:1:49 $.remoteClasses[0].constructor: this is the number 5, expected an object",
    ]);
  });
});

describe("didYouMean", () => {
  it("offers a near word only", () => {
    expect(didYouMean("MediaElment", ["MediaElement", "Hub"])).toBe("did you mean 'MediaElement'?");
    expect(didYouMean("Xyz", ["MediaElement", "Hub"])).toBeUndefined();
  });
});
