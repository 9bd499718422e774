import { isJsonObject, RpcError, RpcErrorCode } from "@kms/jsonrpc";
import type { JsonObject, JsonValue, RequestOptions } from "@kms/jsonrpc";
import { encodeMembers } from "./encode.js";
import { ClientErrorCode, KurentoError, marshallError, toKurentoError } from "./errors.js";
import { becomeReal } from "./remote-object.js";
import type { RemoteObject, RemoteSession } from "./remote-object.js";
import type { CreateArguments, ParamsOf, RemoteClass, TypeRef } from "./schema-types.js";
import type { EventListener } from "./subscriptions.js";

/** What a transaction needs of its client. */
export interface TransactionHost extends RemoteSession {
  request(method: string, params: JsonObject, options?: RequestOptions): Promise<JsonObject>;
  /** The value of an operation's result. @throws KurentoError 40001 when it is of another type */
  decodeResult(result: JsonObject, operation: string, returns: TypeRef | null): unknown;
  /** The object exists now, under its own id. */
  remember(object: RemoteObject): void;
  /** The object is released. */
  forget(object: RemoteObject): void;
  /** The server's subscription has this id. */
  adopt(object: RemoteObject, event: string, listener: EventListener, id: string): void;
}

interface Operation {
  readonly method: string;
  readonly params: JsonObject;
  /** @throws KurentoError when the result is not what it should be */
  settle(result: JsonObject): void;
  fail(error: unknown): void;
}

/**
 * Calls that are sent together and executed one after the other, each with the results of those before. What `create`
 * gives can be used at once, within the transaction and after it. Made by `client.transaction`.
 */
export class Transaction implements RemoteSession {
  readonly #host: TransactionHost;
  readonly #operations: Operation[] = [];
  readonly #done: Promise<void>;
  #isOpen = true;
  /** The first call that failed, also one that could not be recorded: whoever does not wait for it hears of it from `commit`. */
  #failure: { readonly error: unknown } | undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(host: TransactionHost) {
    this.#host = host;
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#done.catch(() => undefined);
  }

  /** The object that the transaction will have made; its `id` is known once that is done. */
  create<Class extends RemoteClass>(
    type: Class,
    ...[params]: CreateArguments<ParamsOf<Class>>
  ): InstanceType<Class> {
    if (!this.#isOpen) throw new Error("the transaction is closed: create with the client");
    const object = new type(this, `newref:${this.#operations.length}`);
    const makeParams = (): JsonObject => {
      return { type: type.spec.qualifiedName, constructorParams: encodeMembers(params ?? {}) };
    };
    void this.#record("create", makeParams, ({ value }) => {
      if (typeof value !== "string")
        throw marshallError("the server's answer to 'create' has no id");
      object[becomeReal](this.#host, value);
      this.#host.remember(object);
    });
    return object as InstanceType<Class>;
  }

  /** An object that exists already, for calls that belong to the transaction. */
  with<Self extends RemoteObject>(object: Self): Self {
    return new (object.constructor as RemoteClass<Self>)(this, object.id);
  }

  /** A transaction within this one: its calls join those of this one, in their place. */
  transaction<Result>(build: (transaction: Transaction) => Result): Result {
    return build(this);
  }

  /** Of {@link RemoteSession}: for generated code. */
  invoke(
    object: RemoteObject,
    operation: string,
    params: object,
    returns: TypeRef | null,
  ): Promise<unknown> {
    const host = this.#host;
    if (!this.#isOpen)
      return this.#done.then(() => host.invoke(object, operation, params, returns));
    const makeParams = (): JsonObject => {
      return { object: object.id, operation, operationParams: encodeMembers(params) };
    };
    return this.#record("invoke", makeParams, (result) => {
      return host.decodeResult(result, operation, returns);
    });
  }

  /** Of {@link RemoteSession}. */
  subscribe(object: RemoteObject, event: string, listener: EventListener): Promise<void> {
    const host = this.#host;
    if (!this.#isOpen) return this.#done.then(() => host.subscribe(object, event, listener));
    const makeParams = (): JsonObject => ({ object: object.id, type: event });
    return this.#record("subscribe", makeParams, ({ value }) => {
      host.adopt(object, event, listener, String(value));
    });
  }

  /** Of {@link RemoteSession}: once the transaction is done, as before there is nothing to take back. */
  unsubscribe(object: RemoteObject, event: string, listener: EventListener): Promise<void> {
    return this.#done.then(() => this.#host.unsubscribe(object, event, listener));
  }

  /** Of {@link RemoteSession}. */
  release(object: RemoteObject): Promise<void> {
    const host = this.#host;
    if (!this.#isOpen) return this.#done.then(() => host.release(object));
    return this.#record(
      "release",
      () => ({ object: object.id }),
      () => host.forget(object),
    );
  }

  /**
   * Sends the calls recorded so far; later ones are sent by themselves, once these are done.
   * @throws KurentoError of the first call that failed
   */
  async commit(options?: RequestOptions): Promise<void> {
    this.#isOpen = false;
    try {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#operations.length > 0) this.#settle(await this.#send(options));
      this.#resolve();
    } catch (error) {
      for (const { fail } of this.#operations) fail(error);
      this.#reject(error);
      throw error;
    }
  }

  /** Sends nothing: all calls fail for this reason. */
  abandon(reason: unknown): void {
    this.#isOpen = false;
    for (const { fail } of this.#operations) fail(reason);
    this.#reject(reason);
  }

  #record<Result>(
    method: string,
    makeParams: () => JsonObject,
    take: (result: JsonObject) => Result,
  ): Promise<Result> {
    const recorded = new Promise<Result>((resolve, reject) => {
      const settle = (result: JsonObject): void => resolve(take(result));
      this.#operations.push({ method, params: makeParams(), settle, fail: reject });
    });
    recorded.catch((error: unknown) => (this.#failure ??= { error }));
    return recorded;
  }

  async #send(options?: RequestOptions): Promise<JsonValue[]> {
    const operations = this.#operations.map(({ method, params }, id) => {
      return { id, jsonrpc: "2.0", method, params };
    });
    const { value } = await this.#host.request("transaction", { operations }, options);
    if (!Array.isArray(value))
      throw marshallError("the server's answer to 'transaction' is no list");
    return value;
  }

  // The server stops at the first failure; what came before stays done.
  #settle(responses: readonly JsonValue[]): void {
    for (const [index, { method, settle }] of this.#operations.entries()) {
      const response = responses[index];
      const { result, error } = isJsonObject(response) ? response : {};
      if (error !== undefined) throw toKurentoError(readError(error));
      if (response === undefined) throw notExecuted(method);
      settle(isJsonObject(result) ? result : {});
    }
  }
}

function readError(error: JsonValue): RpcError {
  const { code, message, data } = isJsonObject(error) ? error : {};
  const text = typeof message === "string" ? message : "Unknown error";
  return new RpcError(typeof code === "number" ? code : RpcErrorCode.internalError, text, data);
}

function notExecuted(method: string): KurentoError {
  const text = `The server did not execute '${method}'`;
  return new KurentoError(ClientErrorCode.malformedTransaction, "MALFORMED_TRANSACTION", text);
}
