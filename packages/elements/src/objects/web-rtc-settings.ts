// The properties of WebRtcEndpoint: where it looks for ways to its peer.
import type { ObjectContext } from "@kms/core";
import { WebRtcEndpointBase } from "../generated/web-rtc-endpoint.js";
import { planGathering } from "./gather-options.js";

const CONNECTION_NAME = "kurento.WebRtcEndpoint";
const DEFAULT_STUN_PORT = 3478;

/** A WebRtcEndpoint as far as its properties go; each begins as configured. */
export abstract class WebRtcSettings extends WebRtcEndpointBase {
  #networkInterfaces: string;
  #iceTcp: boolean;
  #stunServerAddress: string;
  #stunServerPort: number;
  #turnUrl: string;
  #externalIPv4: string;
  #externalIPv6: string;

  constructor(context: ObjectContext) {
    super(context);
    const { config } = context;
    this.#networkInterfaces = config.text(CONNECTION_NAME, "networkInterfaces") ?? "";
    this.#iceTcp = config.flag(CONNECTION_NAME, "iceTcp") ?? true;
    this.#stunServerAddress = config.text(CONNECTION_NAME, "stunServerAddress") ?? "";
    this.#stunServerPort = config.integer(CONNECTION_NAME, "stunServerPort") ?? DEFAULT_STUN_PORT;
    this.#turnUrl = config.text(CONNECTION_NAME, "turnURL") ?? "";
    this.#externalIPv4 = config.text(CONNECTION_NAME, "externalIPv4") ?? "";
    this.#externalIPv6 = config.text(CONNECTION_NAME, "externalIPv6") ?? "";
  }

  /** How to gather candidates now. */
  protected planGathering(): ReturnType<typeof planGathering> {
    return planGathering({
      networkInterfaces: this.#networkInterfaces,
      iceTcp: this.#iceTcp,
      stunServerAddress: this.#stunServerAddress,
      stunServerPort: this.#stunServerPort,
      turnUrl: this.#turnUrl,
      externalIPv4: this.#externalIPv4,
      externalIPv6: this.#externalIPv6,
    });
  }

  getNetworkInterfaces(): string {
    return this.#networkInterfaces;
  }

  setNetworkInterfaces(networkInterfaces: string): void {
    this.#networkInterfaces = networkInterfaces;
  }

  getIceTcp(): boolean {
    return this.#iceTcp;
  }

  setIceTcp(iceTcp: boolean): void {
    this.#iceTcp = iceTcp;
  }

  getStunServerAddress(): string {
    return this.#stunServerAddress;
  }

  setStunServerAddress(stunServerAddress: string): void {
    this.#stunServerAddress = stunServerAddress;
  }

  getStunServerPort(): number {
    return this.#stunServerPort;
  }

  setStunServerPort(stunServerPort: number): void {
    this.#stunServerPort = stunServerPort;
  }

  getTurnUrl(): string {
    return this.#turnUrl;
  }

  setTurnUrl(turnUrl: string): void {
    this.#turnUrl = turnUrl;
  }

  getExternalIPv4(): string {
    return this.#externalIPv4;
  }

  setExternalIPv4(externalIPv4: string): void {
    this.#externalIPv4 = externalIPv4;
  }

  getExternalIPv6(): string {
    return this.#externalIPv6;
  }

  setExternalIPv6(externalIPv6: string): void {
    this.#externalIPv6 = externalIPv6;
  }
}
