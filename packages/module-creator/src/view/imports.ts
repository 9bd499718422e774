/** Gathers what a TypeScript file imports, keeps local names apart and writes the statements sorted. */
export class ImportCollector {
  readonly #imports = new Map<string, ImportedName>();
  readonly #locals = new Set<string>();

  /** @param declared names that the file itself declares */
  constructor(declared: Iterable<string> = []) {
    this.#locals = new Set(declared);
  }

  /** Notes an import used only as a type; returns the local name. */
  type(specifier: string, name: string): string {
    return this.#add(specifier, name).local;
  }

  /** Notes an import used at run time; returns the local name. */
  value(specifier: string, name: string): string {
    const imported = this.#add(specifier, name);
    imported.isType = false;
    return imported.local;
  }

  /** The import statements: packages before relative files, each sorted. */
  lines(): readonly string[] {
    const specifiers = new Set([...this.#imports.values()].map(({ specifier }) => specifier));
    return [...specifiers].sort(compareSpecifiers).map((specifier) => this.#line(specifier));
  }

  #add(specifier: string, name: string): ImportedName {
    const key = `${specifier} ${name}`;
    const imported = this.#imports.get(key) ?? {
      specifier,
      name,
      local: this.#freeName(name),
      isType: true,
    };
    this.#imports.set(key, imported);
    this.#locals.add(imported.local);
    return imported;
  }

  /** Two modules may give different things the same name. */
  #freeName(name: string): string {
    let local = name;
    for (let count = 2; this.#locals.has(local); count += 1) {
      local = `${name}_${count}`;
    }
    return local;
  }

  #line(specifier: string): string {
    const names = [...this.#imports.values()].filter(
      (imported) => imported.specifier === specifier,
    );
    const sorted = names.sort((left, right) => (left.name < right.name ? -1 : 1));
    const isTypeOnly = sorted.every(({ isType }) => isType);
    const texts = sorted.map(({ name, local, isType }) => {
      const renamed = name === local ? name : `${name} as ${local}`;
      return isType && !isTypeOnly ? `type ${renamed}` : renamed;
    });
    return `import ${isTypeOnly ? "type " : ""}{ ${texts.join(", ")} } from ${JSON.stringify(specifier)};`;
  }
}

interface ImportedName {
  readonly specifier: string;
  readonly name: string;
  readonly local: string;
  isType: boolean;
}

function compareSpecifiers(left: string, right: string): number {
  const leftRank = rank(left);
  const rightRank = rank(right);
  return leftRank === rightRank ? (left < right ? -1 : 1) : leftRank - rightRank;
}

function rank(specifier: string): number {
  if (!specifier.startsWith(".")) {
    return 0;
  }
  return specifier.startsWith("..") ? 1 : 2;
}
