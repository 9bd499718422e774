import { Resolver } from "node:dns/promises";
import { isIPv4, isIPv6 } from "node:net";

import type { Logger } from "@kms/core";

import type { Environment } from "./environment.js";

/** Finds the address of this machine as others see it. @throws Error when it cannot be found */
export type AddressFinder = (family: 4 | 6) => Promise<string>;

const families = { KMS_EXTERNAL_IPV4: 4, KMS_EXTERNAL_IPV6: 6 } as const;

/**
 * Replaces the value `auto` of KMS_EXTERNAL_IPV4 and KMS_EXTERNAL_IPV6 by the address that is found; what cannot be
 * found is logged and left unset, as in Kurento's image.
 */
export async function findExternalAddresses(
  env: Environment,
  find: AddressFinder,
  log: Logger,
): Promise<Environment> {
  const found: Record<string, string | undefined> = { ...env };
  const wanted = Object.entries(families).filter(([name]) => env[name] === "auto");
  const search = async ([name, family]: [string, 4 | 6]): Promise<void> => {
    found[name] = await find(family).catch((error: unknown) => {
      log.warning(`${name}: the external IPv${family} address cannot be found, left unset`, {
        error,
      });
      return undefined;
    });
    if (found[name] !== undefined) log.info(`${name}: ${found[name]}`);
  };
  await Promise.all(wanted.map(search));
  return found;
}

const openDns = { 4: "208.67.222.222", 6: "2620:119:35::35" } as const;
const question = "myip.opendns.com";

/**
 * Asks a public name server for the address that the question came from.
 * @param server address, with `:port` where it is not 53; OpenDNS by default
 */
export function askNameServer(server?: string): AddressFinder {
  return async (family) => {
    const resolver = new Resolver({ timeout: 1500, tries: 2 });
    resolver.setServers([server ?? openDns[family]]);
    const answers = family === 4 ? resolver.resolve4(question) : resolver.resolve6(question);
    const [address = ""] = await answers;
    const isRight = family === 4 ? isIPv4(address) : isIPv6(address);
    if (!isRight) throw new Error(`the name server answered '${address}'`);
    return address;
  };
}
