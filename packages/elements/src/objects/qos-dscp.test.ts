import { ModuleConfig } from "@kms/core";
import { describe, expect, it } from "vitest";
import { dscpOf } from "./qos-dscp.js";

const configured = (value: string): ModuleConfig =>
  new ModuleConfig({ kurento: { WebRtcEndpoint: { "qos-dscp": value } } });

describe("the DiffServ mark", () => {
  it("is the one that the client names", () => {
    expect(dscpOf("AUDIO_HIGH", new ModuleConfig())).toBe(46);
    expect(dscpOf("CS5", configured("LE"))).toBe(40);
  });

  it("is left to the configuration by NO_VALUE, and taken away by NO_DSCP", () => {
    expect(dscpOf("NO_VALUE", configured("AF41"))).toBe(34);
    expect(dscpOf("NO_VALUE", configured("nonsense"))).toBe(0);
    expect(dscpOf("NO_VALUE", new ModuleConfig())).toBe(0);
    expect(dscpOf("NO_DSCP", configured("AF41"))).toBe(0);
  });
});
