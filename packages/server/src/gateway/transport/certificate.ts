import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { SecureContextOptions } from "node:tls";

import type { Logger } from "@kms/core";
import type { Clock } from "@kms/core/jsonrpc";

import type { SecureSettings } from "../config/settings.js";

const checkPeriodMs = 5000;

/** What a certificate is watched with. */
export interface CertificateWatchOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with a certificate that can be used. */
  onChanged(options: SecureContextOptions): void;
}

/** A PEM file with certificate, chain and key, which may be replaced while the server runs. */
export class Certificate {
  readonly #settings: SecureSettings;
  #pem: Buffer;
  #cancelCheck: () => void = () => undefined;
  #isClosed = false;

  private constructor(settings: SecureSettings, pem: Buffer) {
    this.#settings = settings;
    this.#pem = pem;
  }

  /** @throws Error naming the file, when it cannot be read, or certificate and key do not make a pair */
  static async load(settings: SecureSettings): Promise<Certificate> {
    const { certificate } = settings;
    try {
      const loaded = new Certificate(settings, await readFile(certificate));
      createSecureContext(loaded.options);
      return loaded;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw new Error(`certificate ${certificate}: ${problem}`, { cause: error });
    }
  }

  /** For a TLS server. */
  get options(): SecureContextOptions {
    const { password } = this.#settings;
    return {
      cert: this.#pem,
      key: this.#pem,
      minVersion: "TLSv1.2",
      ...(password !== "" && { passphrase: password }),
    };
  }

  /**
   * Looks at the file every 5 s. Its content is compared, as mounted files change in ways that notifications miss; one
   * that cannot be used is logged once, and the certificate of before stays.
   */
  watch(options: CertificateWatchOptions): void {
    if (this.#isClosed) return;
    this.#cancelCheck = options.clock.after(checkPeriodMs, () => {
      void this.#check(options).then(() => this.watch(options));
    });
  }

  /** Stops looking. */
  close(): void {
    this.#isClosed = true;
    this.#cancelCheck();
  }

  async #check({ log, onChanged }: CertificateWatchOptions): Promise<void> {
    const { certificate } = this.#settings;
    // A file that is just being replaced may be missing for a moment.
    const pem = await readFile(certificate).catch(() => this.#pem);
    if (pem.equals(this.#pem) || this.#isClosed) return;
    this.#pem = pem;
    try {
      createSecureContext(this.options);
      onChanged(this.options);
      log.info("certificate reloaded", { file: certificate });
    } catch (error) {
      log.error("new certificate cannot be used, the old one stays", { file: certificate, error });
    }
  }
}
