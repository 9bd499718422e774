import { decodeParams, type ObjectResolver } from "./decode.js";
import { encodeValue } from "./encode.js";
import { KurentoError } from "./errors.js";
import type { ClassSpec, JsonValue, Operation, RemoteInstance } from "./schema-types.js";
import type { TypeRegistry } from "./type-registry.js";

/** The operation of that name, from the class upwards. */
export function findOperation(spec: ClassSpec, name: string): Operation | undefined {
  for (let level: ClassSpec | null = spec; level !== null; level = level.parent) {
    if (Object.hasOwn(level.operations, name)) {
      return level.operations[name];
    }
  }
  return undefined;
}

/** Whether objects of the class can raise the event of that name. */
export function hasEvent(spec: ClassSpec, name: string): boolean {
  for (let level: ClassSpec | null = spec; level !== null; level = level.parent) {
    if (level.events.includes(name)) {
      return true;
    }
  }
  return false;
}

/** An operation that a client asks for. */
export interface Invocation {
  readonly operation: string;
  /** As in the request, `undefined` where it has none. */
  readonly operationParams: unknown;
}

/**
 * Performs an operation that a client asks for.
 *
 * @returns the answer as it goes to the client
 * @throws KurentoError 40008 where the class has no such operation, what `decodeParams` throws for its
 *   parameters, and whatever the operation itself throws
 */
export async function invokeOperation(
  self: RemoteInstance,
  { operation: name, operationParams }: Invocation,
  registry: TypeRegistry,
  resolve: ObjectResolver,
): Promise<JsonValue> {
  const operation = findOperation(self.spec, name);
  if (operation === undefined) {
    const message = `Method '${name}' with ${countMembers(operationParams)} parameters not found`;
    throw new KurentoError("MALFORMED_TRANSACTION", message);
  }
  const args = decodeParams(operation.params, operationParams, registry, resolve);
  return encodeValue(operation.returns, await operation.call(self, args), registry);
}

function countMembers(value: unknown): number {
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}
