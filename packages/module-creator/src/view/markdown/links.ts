import type { Model, Module, Type } from "../../model/types.js";
import type { ReferenceKind } from "../doc-roles.js";
import { codeSpan } from "./text.js";

/** Folder of the pages of each kind of declaration. */
export const FOLDERS = {
  class: "classes",
  register: "registers",
  enum: "enums",
  event: "events",
} as const;

/** Something that has a page. */
export interface Paged {
  readonly kind: keyof typeof FOLDERS;
  readonly name: string;
  readonly module: string;
}

/** Where the pages of a module and of those it imports lie: each module in a folder of its name, side by side. */
export class Links {
  readonly #model: Model;
  /** The way from the page that links to the folder of its module. */
  readonly #up: string;

  constructor(model: Model, up: "" | "../") {
    this.#model = model;
    this.#up = up;
  }

  /** The path of a declaration's page, seen from the page that links. */
  pathOf({ kind, name, module }: Paged): string {
    const own = module === this.#model.module.name;
    return `${this.#up}${own ? "" : `../${module}/`}${FOLDERS[kind]}/${name}.md`;
  }

  to(declared: Paged): string {
    return `[${codeSpan(declared.name)}](${this.pathOf(declared)})`;
  }

  /** A type with a link to its declaration. */
  type(type: Type): string {
    switch (type.kind) {
      case "primitive":
        return codeSpan(type.name);
      case "list":
        return `list of ${this.type(type.of)}`;
      case "map":
        return `map of ${this.type(type.of)}`;
      default:
        return this.to(type.declaration);
    }
  }

  /** The page that a role in a documentation means: own declarations come before imported ones. */
  readonly find = (kind: ReferenceKind, name: string): string | undefined => {
    if (kind === "member") {
      const [owner = "", member] = name.split(".");
      const page = this.find("class", owner);
      return page === undefined || member === undefined ? page : `${page}#${member.toLowerCase()}`;
    }
    const bare = name.slice(name.lastIndexOf(".") + 1);
    const modules = [this.#model.module, ...this.#model.dependencies];
    const declared = modules
      .flatMap((module) => candidates(module, kind))
      .find((candidate) => candidate.name === bare);
    return declared && this.pathOf(declared);
  };
}

function candidates(module: Module, kind: ReferenceKind): readonly Paged[] {
  const { classes, registers, enums, events } = module;
  return kind === "event" ? events : [...classes, ...registers, ...enums];
}
