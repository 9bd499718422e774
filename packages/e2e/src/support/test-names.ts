// Names of the tests that a source file holds, read from its text without running it.
import ts from "typescript";

const GOOGLE_TEST = /^TEST(?:_F|_P)?\((\w+),\s*(?!DISABLED_)(\w+)\)/gm;

/** The tests of a GoogleTest source as `Suite.name`, without disabled ones. */
export function googleTests(source: string): string[] {
  return [...source.matchAll(GOOGLE_TEST)].map(([, suite, name]) => `${suite}.${name}`);
}

/** The titles of a vitest source, those of `it.each` once for each row; without skipped tests. */
export function vitestTitles(source: string): string[] {
  const file = ts.createSourceFile("tests.ts", source, ts.ScriptTarget.Latest, true);
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) titles.push(...titlesOf(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}

function titlesOf(call: ts.CallExpression): string[] {
  const [title] = call.arguments;
  if (title === undefined || !ts.isStringLiteralLike(title)) return [];
  if (call.expression.getText() === "it") return [title.text];
  return rowsOf(call.expression).map((cells) => filled(title.text, cells));
}

/** The rows of `it.each(table)`, each as the texts of its cells; one without cells where the table has no literal rows. */
function rowsOf(expression: ts.Expression): string[][] {
  if (!ts.isCallExpression(expression) || expression.expression.getText() !== "it.each") return [];
  const [table] = expression.arguments;
  const array = table && ts.isAsExpression(table) ? table.expression : table;
  if (array === undefined || !ts.isArrayLiteralExpression(array)) return [[]];
  return array.elements.map((row) =>
    ts.isArrayLiteralExpression(row) ? row.elements.map(textOf) : [textOf(row)],
  );
}

function textOf(node: ts.Expression): string {
  return ts.isStringLiteralLike(node) ? node.text : node.getText();
}

function filled(title: string, cells: readonly string[]): string {
  let next = 0;
  return title.replaceAll(/%[a-z]/g, (place) => cells[next++] ?? place);
}
