import { describe, expect, it } from "vitest";
import { parseTurnUrl, planGathering } from "./gather-options.js";
import type { IceSettings } from "./gather-options.js";

const SETTINGS: IceSettings = {
  networkInterfaces: "",
  iceTcp: true,
  stunServerAddress: "",
  stunServerPort: 3478,
  turnUrl: "",
  externalIPv4: "",
  externalIPv6: "",
};

describe("parseTurnUrl", () => {
  it.each([
    ["user:secret@192.0.2.1:3478", "udp"],
    ["user:secret@192.0.2.1:3478?transport=udp", "udp"],
    ["user:secret@192.0.2.1:3478?transport=tcp", "tcp"],
    ["user:secret@192.0.2.1:3478?transport=tls", "tls"],
  ])("reads %s", (url, transport) => {
    expect(parseTurnUrl(url)).toEqual({
      ip: "192.0.2.1",
      port: 3478,
      transport,
      username: "user",
      password: "secret",
    });
  });

  it("lets passwords contain colons and at signs", () => {
    expect(parseTurnUrl("u:p:a@ss@192.0.2.1:1")).toMatchObject({ password: "p:a@ss", port: 1 });
  });

  it.each([
    "192.0.2.1:3478",
    "user@192.0.2.1:3478",
    "user:secret@turn.example.org:3478",
    "user:secret@192.0.2.999:3478",
    "user:secret@192.0.2.1",
    "user:secret@192.0.2.1:0",
    "user:secret@192.0.2.1:70000",
    "user:secret@192.0.2.1:3478?transport=sctp",
    "garbage",
  ])("refuses %s", (url) => expect(parseTurnUrl(url)).toBeUndefined());
});

describe("planGathering", () => {
  it("names no server when none is set", () => {
    expect(planGathering(SETTINGS)).toEqual({
      options: {
        tcp: true,
        interfaces: [],
        externalIPv4: null,
        externalIPv6: null,
        stunServer: null,
        turnServer: null,
      },
      problems: [],
    });
  });

  it("hands on what is set", () => {
    const { options, problems } = planGathering({
      networkInterfaces: "eth0, wlan0,",
      iceTcp: false,
      stunServerAddress: "198.51.100.1",
      stunServerPort: 19_302,
      turnUrl: "u:p@198.51.100.2:443?transport=tls",
      externalIPv4: "203.0.113.5",
      externalIPv6: "2001:db8::5",
    });
    expect(problems).toEqual([]);
    expect(options).toMatchObject({
      tcp: false,
      interfaces: ["eth0", "wlan0"],
      externalIPv4: "203.0.113.5",
      externalIPv6: "2001:db8::5",
      stunServer: { ip: "198.51.100.1", port: 19_302 },
      turnServer: { ip: "198.51.100.2", port: 443, transport: "tls" },
    });
  });

  it("leaves out what is of no use, and names it without the password", () => {
    const { options, problems } = planGathering({
      ...SETTINGS,
      stunServerAddress: "stun.example.org",
      turnUrl: "user:secret@turn.example.org",
      externalIPv4: "everywhere",
    });
    expect(options).toMatchObject({ stunServer: null, turnServer: null, externalIPv4: null });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain("secret");
  });
});
