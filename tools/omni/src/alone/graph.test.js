// @ts-check
import { expect, it } from "vitest";
import { closure, readGraph } from "./graph.js";

it("finds what a project is built on, however far away", () => {
  const edge = (/** @type {string} */ target) => ({ target });
  const dependencies = {
    a: [edge("b")],
    b: [edge("c"), edge("d")],
    c: [edge("d")],
    d: [],
    e: [edge("a")],
  };
  const graph = readGraph(JSON.stringify({ graph: { dependencies } }));
  expect([...closure(graph, "a")]).toEqual(["a", "b", "c", "d"]);
});
