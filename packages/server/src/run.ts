import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { silentLogger } from "@kms/core";
import type { Logger } from "@kms/core";

import { CommandLineError, parseCommandLine, usage } from "./gateway/config/command-line.js";
import type { CommandLine } from "./gateway/config/command-line.js";
import type { Environment } from "./gateway/config/environment.js";
import { askNameServer, findExternalAddresses } from "./gateway/config/external-address.js";
import { loadConfig } from "./gateway/config/load-config.js";
import { readSettings } from "./gateway/config/settings.js";
import type { Settings } from "./gateway/config/settings.js";
import { Gateway } from "./gateway/gateway.js";
import { Catalog } from "./gateway/modules/catalog.js";
import { loadableModules } from "./gateway/modules/module-check.js";
import { locateModules } from "./gateway/modules/module-locator.js";
import type { LocatedModule } from "./gateway/modules/module-locator.js";
import { pageFiles } from "./gateway/transport/page-files.js";
import { InProcessLauncher } from "./gateway/workers/in-process-launcher.js";
import type { WorkerLauncher } from "./gateway/workers/launcher.js";
import { ProcessLauncher } from "./gateway/workers/process-launcher.js";
import { withCrashHandler } from "./logging/crash-handler.js";
import { readGstOptions } from "./logging/gst-options.js";
import { ServerLog } from "./logging/server-log.js";
import { processTrimmer } from "./memory-trimmer.js";
import { processClock } from "./process-clock.js";
import { runAs } from "./run-as.js";
import { importModule } from "./worker/import-module.js";

const failure = 1;

/**
 * The program: runs until it is told to stop by SIGTERM or SIGINT.
 * @returns the exit code
 */
export async function run(args: readonly string[], env: Environment): Promise<number> {
  try {
    const command = parseCommandLine(args, env);
    if (command.help) return print(usage("kurento-media-server"));
    if (command.version)
      return print(versionText(locateModules(command.modulesPath, silentLogger)));
    if (command.list) return print(factoriesText(locateModules(command.modulesPath, silentLogger)));
    runAs(env, process);
    const log = ServerLog.open({ ...command.logs, gst: readGstOptions(args, env) });
    try {
      return await runServer(command, env, log);
    } finally {
      await log.close();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isOption = error instanceof CommandLineError;
    process.stderr.write(
      isOption ? `Error : ${message}\n` : `Kurento Media Server cannot start: ${message}\n`,
    );
    return failure;
  }
}

async function runServer(
  command: CommandLine,
  env: Environment,
  serverLog: ServerLog,
): Promise<number> {
  const log = serverLog.logger;
  const moduleLog = log.category("KurentoModuleManager");
  const modules = locateModules(command.modulesPath, moduleLog);
  print(`Kurento Media Server version: ${packageVersion()}\n`);
  log.info(`Kurento Media Server version: ${packageVersion()}`);
  const settings = await configure(command, env, log.category("KurentoLoadConfig"));
  if (settings === undefined) return failure;
  return serve(settings, await loadableModules(modules, moduleLog), serverLog);
}

async function configure(
  command: CommandLine,
  env: Environment,
  log: Logger,
): Promise<Settings | undefined> {
  try {
    const found = await findExternalAddresses(env, askNameServer(), log);
    return readSettings(loadConfig(command, found, log), command);
  } catch (error) {
    process.stderr.write(
      `Error reading configuration: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
}

async function serve(
  settings: Settings,
  modules: readonly LocatedModule[],
  serverLog: ServerLog,
): Promise<number> {
  const log = serverLog.logger;
  // Before the workers start, so that a signal during the start is not lost.
  const stopped = stopSignal();
  process.on("unhandledRejection", (error) => log.error("unhandled rejection", { error }));
  const launcher = makeLauncher(settings, serverLog);
  const gateway = new Gateway({
    version: packageVersion(),
    settings,
    modules,
    launcher,
    files: pageFiles(),
    clock: processClock,
    log,
    trimmer: processTrimmer(processClock),
    terminate: () => process.kill(process.pid, "SIGTERM"),
  });
  await gateway.start();
  announce(settings);
  log.info("Kurento Media Server started", {
    port: gateway.port,
    securePort: gateway.securePort,
  });
  await stopped;
  await gateway.close();
  log.info("Kurento Media Server stopped");
  return print("Kurento Media Server stopped\n");
}

function makeLauncher(settings: Settings, log: ServerLog): WorkerLauncher {
  if (settings.workers.count > 0)
    return new ProcessLauncher(fileURLToPath(new URL("worker/main.js", import.meta.url)), log);
  return new InProcessLauncher(async () => {
    const { openHost, openNativeLog } = await import("@kms/core/native");
    log.attachNative(openNativeLog);
    return {
      openHost: withCrashHandler(openHost),
      importModule,
      clock: processClock,
      log: log.logger,
    };
  });
}

function announce({ websocket }: Settings): void {
  const { port, secure, path } = websocket;
  if (port !== undefined) {
    print(`WebSocket: ws://localhost:${port}/${path}\n`);
    print(`Web page:  http://localhost:${port}/\n`);
  }
  if (secure !== undefined) {
    print(`WebSocket: wss://localhost:${secure.port}/${path}\n`);
    print(`Web page:  https://localhost:${secure.port}/\n`);
  }
  print("Kurento Media Server started\n");
}

/** Resolves at the first SIGTERM or SIGINT; later ones are ignored, so that the stop can take its time. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
  });
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function versionText(modules: readonly LocatedModule[]): string {
  const lines = modules.map(({ manifest }) => `\t'${manifest.name}' version ${manifest.version}\n`);
  return `Kurento Media Server version: ${packageVersion()}\nFound modules:\n${lines.join("")}`;
}

function factoriesText(modules: readonly LocatedModule[]): string {
  const catalog = new Catalog(modules.map(({ manifest }) => manifest));
  return `Available factories:\n${catalog
    .factories()
    .map((name) => `\t${name}\n`)
    .join("")}`;
}

function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
  return version;
}
