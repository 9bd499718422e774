import type { ConfigTree, Logger } from "@kms/core";

import { loadConfigFiles } from "./config-files.js";
import type { ConfigSources } from "./config-files.js";
import type { ConfigFile } from "./config-types.js";
import { effectiveConfigText } from "./effective-config.js";
import { environmentSettings } from "./environment.js";
import type { Environment } from "./environment.js";
import { mergeTrees } from "./trees.js";

/**
 * The whole configuration: main file, module files over it, environment over both; logs what it comes to.
 * @throws ConfigurationError for what makes a start impossible
 */
export function loadConfig(sources: ConfigSources, env: Environment, log: Logger): ConfigFile {
  const files = loadConfigFiles(sources, log);
  const tree = environmentSettings(env, log).reduce<ConfigTree>(mergeTrees, files);
  // Each part was checked against the schema of ConfigFile, and merging keeps what that asks for.
  const config = tree as ConfigFile;
  log.info(`Loaded config in effect: ${effectiveConfigText(config)}`);
  return config;
}
