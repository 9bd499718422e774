// A scaffolded module's class for the unmodified kurento-client, in the shape of the classes that come with that client.
import type { KurentoClass, KurentoElement } from "kurento-client";
import { kurento } from "./kurento.js";

/** The class on the client's side. */
export interface ScaffoldedFilter extends KurentoElement {
  getStrength(): Promise<number>;
  setStrength(strength: number): Promise<void>;
}

/** Makes the class known to the client, by its qualified name. */
export function registerScaffolded(module: string, className: string): void {
  const Filter = kurento.register.abstracts["kurento.Filter"];
  if (Filter === undefined) throw new Error("the client has no class 'kurento.Filter'");
  class Scaffolded extends Filter {
    static readonly constructorParams = {
      mediaPipeline: { type: "kurento.MediaPipeline", required: true },
      strength: { type: "double" },
    };
    static override readonly events = [...(Filter?.events ?? []), "PictureSizeChanged"];
  }
  // Enumerable, unlike the methods of a class: the client copies them one by one.
  Object.assign(Scaffolded.prototype, {
    getStrength(this: Scaffolded) {
      return invoke(this, "getStrength", {});
    },
    setStrength(this: Scaffolded, strength: number) {
      return invoke(this, "setStrength", { strength });
    },
  });
  kurento.register(`${module}.${className}`, Scaffolded);
}

function invoke(
  object: InstanceType<KurentoClass>,
  operation: string,
  params: object,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    object._invoke(undefined, operation, params, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}
