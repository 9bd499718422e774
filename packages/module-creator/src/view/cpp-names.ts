import type { Declaration, Model, Module } from "../model/types.js";
import { avoid } from "./safe-identifier.js";

/** How a C++ target lays out its output. */
export interface CppLayout {
  /** Where the folders of modules lie, as `#include <...>` has it. */
  readonly folder: string;
  /** Added to the namespace that a module names in its KMD. */
  readonly namespaceSuffix: string;
}

/** Keywords of C++20 and names that generated code itself uses unqualified. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl " +
    "concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete " +
    "do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable " +
    "namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast " +
    "requires return short signed sizeof static static_assert static_cast struct switch template this thread_local throw " +
    "true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq std kms"
  ).split(" "),
);

/** Macros of the C library, GLib and Linux compilers that a KMD may well use as a name. */
const MACROS: ReadonlySet<string> = new Set(
  (
    "NULL EOF TRUE FALSE MIN MAX ABS CLAMP NAN INFINITY DOMAIN OVERFLOW UNDERFLOW HUGE_VAL BUFSIZ RAND_MAX PATH_MAX " +
    "EXIT_SUCCESS EXIT_FAILURE DEBUG NDEBUG INT_MAX INT_MIN CHAR_BIT SEEK_SET SEEK_CUR SEEK_END SIG_DFL SIG_ERR SIG_IGN " +
    "linux unix errno assert stdin stdout stderr major minor makedev signals slots emit"
  ).split(" "),
);

/** A C++ identifier for any text: other characters become `_`; what C++ or a macro has taken gets a `_` behind. */
export function cppIdentifier(text: string): string {
  const joined = text.replaceAll(/\W/g, "_");
  const started = /^\d/.test(joined) || joined === "" ? `_${joined}` : joined;
  return avoid(MACROS, avoid(KEYWORDS, started));
}

/** A member's name, which must differ from that of its class. */
export function cppMember(name: string, owner: string, taken?: ReadonlySet<string>): string {
  const safe = cppIdentifier(name);
  return safe === owner || taken?.has(safe) === true ? `${safe}_` : safe;
}

/** Identifiers for texts of which no two may become the same. */
export function distinctIdentifiers(texts: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return texts.map((text) => {
    let name = cppIdentifier(text);
    while (used.has(name)) {
      name += "_";
    }
    used.add(name);
    return name;
  });
}

/** Names and places of the declarations of a module and of those that it uses. */
export class CppNames {
  readonly #layout: CppLayout;
  readonly #namespaces: ReadonlyMap<string, string>;

  constructor({ module, dependencies }: Model, layout: CppLayout) {
    this.#layout = layout;
    this.#namespaces = new Map(
      [...dependencies, module].map((one) => [
        one.name,
        `${cppNamespace(one)}${layout.namespaceSuffix}`,
      ]),
    );
  }

  /** Namespace of a module's declarations, such as `kurento::client`. */
  namespaceOf(module: string): string {
    return String(this.#namespaces.get(module));
  }

  /** Fully qualified, so that no member hides it: `::kurento::MediaType`. */
  qualified({ module, name }: Pick<Declaration, "module" | "name">): string {
    return `::${this.namespaceOf(module)}::${cppIdentifier(name)}`;
  }

  /** Path of a header as `#include` has it. */
  header(module: string, file: string): string {
    return `${this.#layout.folder}/${module}/${file}`;
  }
}

/** The namespace that a module's KMD names, made of identifiers. */
function cppNamespace({ code }: Module): string {
  const parts = code.implementation.cppNamespace.split("::").filter((part) => part !== "");
  return parts.map(cppIdentifier).join("::");
}
