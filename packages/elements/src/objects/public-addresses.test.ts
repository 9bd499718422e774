import { describe, expect, it } from "vitest";
import { PrivateHostError, isPublic, lookupPublic } from "./public-addresses.js";

describe("an address", () => {
  it.each(["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"])(
    "such as %s is public",
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  it.each([
    ..."0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.31.255.255".split(" "),
    ..."192.168.1.1 198.19.0.1 224.0.0.1 255.255.255.255".split(" "),
    ...":: ::1 ::ffff:8.8.8.8 64:ff9b::a00:1 fc00::1 fe80::1 ff02::1 2001:db8::1".split(" "),
    ..."2002:a00:1:: host.example 1 ::x".split(" "),
  ])("such as %s is not", (address) => {
    expect(isPublic(address)).toBe(false);
  });
});

it("a name of a private address is not found", async () => {
  const error = await new Promise((resolve) =>
    lookupPublic("localhost", { all: true }, (failure) => resolve(failure)),
  );
  expect(error).toBeInstanceOf(PrivateHostError);
});
