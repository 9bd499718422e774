// A TURN and STUN server of the distribution (coturn) on this machine, with a temporary configuration.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "./certificate.js";
import { freePort } from "./server.js";

const USER = "kurento";
const PASSWORD = "only:a@test";
const RUNNING = "IO method (admin thread)";

/** A running coturn; `await using` ends it. */
export class Coturn {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly ip: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly username = USER;
  readonly password = PASSWORD;
  #output = "";
  #onOutput = (): void => undefined;

  private constructor(child: ChildProcess, folder: string, at: Omit<Place, "folder">) {
    this.#child = child;
    this.#folder = folder;
    this.ip = at.ip;
    this.port = at.port;
    this.tlsPort = at.tlsPort;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data) => {
        this.#output += String(data);
        this.#onOutput();
      });
  }

  /**
   * Starts it and waits until it listens.
   * @param ip where it listens and relays; by default the machine's own address, as browsers offer no loopback ones
   * @param command what goes before the program to run it elsewhere
   * @param options `alternate`: where it sends all its clients
   */
  static async start(
    ip: string = machineAddress(),
    command: readonly string[] = [],
    { alternate }: { readonly alternate?: Coturn } = {},
  ): Promise<Coturn> {
    const folder = await mkdtemp(join(tmpdir(), "kms-coturn-"));
    const place = { ip, port: await freePort(), tlsPort: await freePort(), folder };
    await makeCertificate(join(folder, "turn"), "turn");
    await writeFile(join(folder, "turn.conf"), configuration(place, alternate));
    const [program = "", ...args] = [...command, "turnserver", "-c", join(folder, "turn.conf")];
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const server = new Coturn(child, folder, place);
    await server.#listens();
    return server;
  }

  /** For `turnUrl`. */
  url(transport: "udp" | "tcp" | "tls"): string {
    const port = transport === "tls" ? this.tlsPort : this.port;
    return `${USER}:${PASSWORD}@${this.ip}:${port}?transport=${transport}`;
  }

  /** For browsers. */
  get iceServer(): RTCIceServer {
    return { urls: `turn:${this.ip}:${this.port}`, username: USER, credential: PASSWORD };
  }

  /** For browsers that only want to know their address. */
  get stunServer(): RTCIceServer {
    return { urls: `stun:${this.ip}:${this.port}` };
  }

  async #listens(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#onOutput = (): void => {
        if (this.#output.includes(RUNNING)) resolve();
      };
      this.#child.once("error", reject);
      this.#child.once("exit", () => reject(new Error(`turnserver ended:\n${this.#output}`)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const exited = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly ip: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly folder: string;
}

function configuration({ ip, port, tlsPort, folder }: Place, alternate?: Coturn): string {
  const lines = [
    ...(alternate ? [`alternate-server=${alternate.ip}:${alternate.port}`] : []),
    `listening-ip=${ip}`,
    `relay-ip=${ip}`,
    `listening-port=${port}`,
    `tls-listening-port=${tlsPort}`,
    `cert=${folder}/turn.crt`,
    `pkey=${folder}/turn.key`,
    "min-port=52000",
    "max-port=52999",
    "lt-cred-mech",
    `user=${USER}:${PASSWORD}`,
    "realm=test",
    "fingerprint",
    "no-cli",
    "no-multicast-peers",
    "allow-loopback-peers",
    "log-file=stdout",
    "simple-log",
    "verbose",
    `pidfile=${folder}/turn.pid`,
    `userdb=${folder}/turn.db`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The machine's own IPv4 address; loopback where there is no other. */
export function machineAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const own = all.find(({ family, internal }) => family === "IPv4" && !internal);
  return own?.address ?? "127.0.0.1";
}
