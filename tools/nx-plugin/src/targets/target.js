// @ts-check
/** Building blocks of the inferred targets. */

/**
 * @typedef {import('../package-shape.js').PackageShape} PackageShape
 * @typedef {import('../variant.js').Variant} Variant
 * @typedef {Record<string, unknown>} Target an Nx target configuration
 */

/** The module creator's own sources: generated code changes with them. Named inputs cannot name a project, so it is here. */
export const generator = { input: "ts", projects: ["kurento-module-creator"] };

/**
 * A cached target that runs one of the scripts of src/bin on the package.
 * @param {string} script file name and further arguments
 * @param {Target} settings dependsOn, inputs, outputs
 * @returns {Target}
 */
export function runScript(script, settings) {
  const [file, ...rest] = script.split(" ");
  const command = ["node", `tools/nx-plugin/src/bin/${file}`, "{projectRoot}", ...rest].join(" ");
  return { executor: "nx:run-commands", cache: true, ...settings, options: { command } };
}

/**
 * A target that only stands for others. Cached like them, so that a run says truly whether there was anything to do.
 * @param {unknown[]} dependsOn
 * @returns {Target}
 */
export function group(dependsOn) {
  return {
    executor: "nx:noop",
    cache: true,
    dependsOn,
    inputs: ["default", "^default"],
    outputs: [],
  };
}
