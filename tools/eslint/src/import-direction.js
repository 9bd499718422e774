// @ts-check
/** ESLint rule: imports between packages follow tools/eslint/src/directions.js, and no relative import leaves its package. */
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { allowedImports, mayImport } from "./directions.js";

const packagesFolder = resolve(dirname(fileURLToPath(import.meta.url)), "../../../packages");

/**
 * @param {string} file absolute
 * @returns {string | undefined} the folder below packages/ that the file lies in
 */
function packageOf(file) {
  const [first, second] = relative(packagesFolder, file).split("/");
  if (first === "extras") {
    return `extras/${second}`;
  }
  return first === undefined || first === ".." ? undefined : first;
}

/**
 * @param {string} packageName
 * @param {string} file absolute path of the importing file
 * @param {string} specifier
 * @returns {string | undefined} what is wrong with the import
 */
export function importProblem(packageName, file, specifier) {
  if (specifier.startsWith(".")) {
    const target = packageOf(join(dirname(file), specifier));
    return target === packageName
      ? undefined
      : `"${specifier}" leaves the package; import it by its name`;
  }
  const own = `@kms/${packageName.replace("extras/", "")}`;
  const isOwn = specifier === own || specifier.startsWith(`${own}/`);
  if (!specifier.startsWith("@kms/") || isOwn || mayImport(packageName, specifier)) {
    return undefined;
  }
  const allowed = allowedImports(packageName).join(", ") || "no other package";
  return `${packageName} may not import "${specifier}": it imports ${allowed} (tools/eslint/src/directions.js)`;
}

/** @type {import("eslint").Rule.RuleModule} */
export const importDirection = {
  meta: {
    type: "problem",
    schema: [],
    docs: { description: "imports between packages point one way" },
  },
  create(context) {
    const packageName = packageOf(context.filename);
    /** @param {import("eslint").Rule.Node} node */
    const check = (node) => {
      const source = "source" in node ? node.source : undefined;
      const specifier = source?.type === "Literal" ? source.value : undefined;
      if (packageName === undefined || typeof specifier !== "string") {
        return;
      }
      const message = importProblem(packageName, context.filename, specifier);
      if (message !== undefined) {
        context.report({ node, message });
      }
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
