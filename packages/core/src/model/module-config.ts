import type { JsonValue } from "./schema-types.js";

/** A tree of settings as read from the configuration files. */
export interface ConfigTree {
  readonly [key: string]: JsonValue;
}

/**
 * Settings of the modules' classes: `modules.<wire module>.<Class>.<key>`. INI files know only strings, so numbers and
 * booleans are read from strings too; a value that does not fit counts as absent, as in Kurento.
 */
export class ModuleConfig {
  readonly #modules: ConfigTree;

  /** @param modules the tree below `modules` */
  constructor(modules: ConfigTree = {}) {
    this.#modules = modules;
  }

  /**
   * The raw setting, `undefined` when nobody set it.
   * @param className qualified name of the class that declares the setting, such as `kurento.SdpEndpoint`
   */
  value(className: string, key: string): JsonValue | undefined {
    let tree: JsonValue | undefined = this.#modules;
    for (const name of [...className.split("."), key]) tree = member(tree, name);
    return tree;
  }

  /** A non-empty text. */
  text(className: string, key: string): string | undefined {
    const value = this.value(className, key);
    if (typeof value === "number") return String(value);
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** A decimal integer. */
  integer(className: string, key: string): number | undefined {
    const text = this.text(className, key);
    if (text === undefined || !/^-?\d+$/.test(text.trim())) return undefined;
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : undefined;
  }

  /** True for `true`, as a boolean or as text, and for 1. */
  flag(className: string, key: string): boolean | undefined {
    const value = this.value(className, key);
    if (value === undefined) return undefined;
    return value === true || value === 1 || value === "true" || value === "1";
  }
}

function member(tree: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) return undefined;
  return Object.hasOwn(tree, name) ? (tree as ConfigTree)[name] : undefined;
}
