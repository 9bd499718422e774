import type { ResolveHook } from "node:module";

// Hook of Node's module loader, which runs it in a thread of its own. A module of a third party may bring copies of the
// packages that it was built with; its classes must extend those of the server, so that a private field of one is seen by
// the other.

const shared = /^@kms\/(core|elements|filters)(\/|$)/;

/** Resolves the packages of the built-in modules as the server does, whoever imports them. */
export const resolve: ResolveHook = (specifier, context, nextResolve) =>
  nextResolve(
    specifier,
    shared.test(specifier) ? { ...context, parentURL: import.meta.url } : context,
  );
