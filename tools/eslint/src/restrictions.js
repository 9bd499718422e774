// @ts-check
/** Syntax that we do not use, each with the reason that the message gives. For no-restricted-syntax. */

/** @param {string} names */
const called = (names) =>
  `CallExpression[callee.object.name=/^(it|test|describe|suite)$/][callee.property.name=/^(${names})$/]`;

export const everywhere = [
  {
    selector: "ExportDefaultDeclaration",
    message: "No default export: the name is part of the API.",
  },
  {
    selector: "TSEnumDeclaration",
    message: "No enum: an `as const` object and the union of its values.",
  },
  { selector: "TSModuleDeclaration[kind='namespace']", message: "No namespace: a module is one." },
  {
    selector: ":matches(PropertyDefinition, MethodDefinition)[accessibility='public']",
    message: "public is the default; leave it out.",
  },
  {
    selector:
      ":matches(PropertyDefinition, MethodDefinition[kind!='constructor'])[accessibility='private']",
    message: "#name is private at run time too.",
  },
];

export const inTests = [
  {
    selector: called("skip|skipIf|runIf|todo|only|fails"),
    message: "Every test runs: mend it or remove it.",
  },
  {
    selector: "CallExpression[callee.name=/^(xit|xtest|xdescribe|fit|fdescribe)$/]",
    message: "Every test runs.",
  },
  {
    selector:
      "NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout'][arguments.0.type='Identifier']",
    message: "No sleep in a test: await the event, or turn a fake clock.",
  },
  {
    selector:
      "ImportDeclaration[source.value='node:timers/promises'] ImportSpecifier[imported.name='setTimeout']",
    message: "No sleep in a test: await the event, or turn a fake clock.",
  },
];
