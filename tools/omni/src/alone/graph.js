// @ts-check
/** The project graph as `nx graph --file` writes it. */

/** @typedef {ReadonlyMap<string, readonly string[]>} Graph project -> what it names as its dependencies */

/**
 * @param {string} json
 * @returns {Graph}
 */
export function readGraph(json) {
  /** @type {Record<string, {target: string}[]>} */
  const dependencies = JSON.parse(json).graph.dependencies;
  return new Map(
    Object.entries(dependencies).map(([name, edges]) => [name, edges.map(({ target }) => target)]),
  );
}

/**
 * @param {Graph} graph
 * @param {string} project
 * @returns {ReadonlySet<string>} the project, what it is built on, and what that is built on
 */
export function closure(graph, project) {
  const found = new Set([project]);
  for (const name of found) {
    for (const dependency of graph.get(name) ?? []) {
      found.add(dependency);
    }
  }
  return found;
}
