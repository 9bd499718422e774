import { isJsonObject } from "@kms/jsonrpc";
import type { JsonObject, JsonValue, RequestOptions } from "@kms/jsonrpc";
import type { KurentoClientOptions } from "./client-options.js";
import { Connection } from "./connection.js";
import type { ConnectionSettings } from "./connection.js";
import { decodeFields, decodeValue } from "./decode.js";
import type { DecodeContext } from "./decode.js";
import { encodeMembers } from "./encode.js";
import { ClientErrorCode, KurentoError, marshallError, toKurentoError } from "./errors.js";
import { ModuleRegistry } from "./module-registry.js";
import { ObjectTable } from "./object-table.js";
import type { ProblemSink } from "./problem.js";
import type { RemoteObject, RemoteSession } from "./remote-object.js";
import type {
  AnyRemoteClass,
  ClientModuleSpec,
  CreateArguments,
  ParamsOf,
  RemoteClass,
  TypeRef,
} from "./schema-types.js";
import { Subscriptions } from "./subscriptions.js";
import type { EventListener } from "./subscriptions.js";
import { Transaction } from "./transaction.js";
import type { TransactionHost } from "./transaction.js";

// The application waits; what a server does not confirm in this time, its garbage collector does.
const closeTimeoutMs = 5000;

/** Events that may wait for the end of transactions, which may have made their objects; more are dropped. */
const maxEarlyEvents = 1000;

/** How to close a client. */
export interface CloseOptions {
  /** Leaves the session, and so its objects, to the server's garbage collector (minutes) instead of ending it now. */
  readonly keepSession?: boolean;
}

/** A session on a media server: makes objects there and carries their calls and events. Knows only given modules. */
export class ClientRuntime implements RemoteSession {
  readonly #options: KurentoClientOptions;
  readonly #connection: Connection;
  readonly #registry: ModuleRegistry;
  readonly #objects = new ObjectTable();
  readonly #subscriptions: Subscriptions;
  readonly #context: DecodeContext;
  readonly #onProblem: ProblemSink;
  readonly #transactionHost: TransactionHost;
  readonly #earlyEvents: JsonValue[] = [];
  #transactions = 0;
  #closed: Promise<void> | undefined;

  protected constructor(
    settings: ConnectionSettings,
    options: KurentoClientOptions,
    modules: readonly ClientModuleSpec[],
  ) {
    this.#options = options;
    this.#registry = new ModuleRegistry(modules);
    this.#onProblem = (problem) => options.onProblem?.(problem);
    this.#context = {
      registry: this.#registry,
      resolve: (id, declared) => this.#resolve(id, declared),
    };
    this.#subscriptions = new Subscriptions(
      (method, params) => this.request(method, params),
      this.#onProblem,
    );
    this.#transactionHost = this.#makeTransactionHost();
    this.#connection = new Connection(settings, {
      onEvent: (value) => this.#onEvent(value),
      onDisconnected: (error) => options.onDisconnected?.(error),
      onReconnected: (isSameSession) => this.#onReconnected(isSameSession),
      onClosed: (error) => this.#onClosed(error),
      onProblem: this.#onProblem,
    });
  }

  /** The server's id of this session. */
  get sessionId(): string | undefined {
    return this.#connection.sessionId;
  }

  /** Constant for the life of a server process. */
  get serverId(): string | undefined {
    return this.#connection.serverId;
  }

  get isConnected(): boolean {
    return this.#connection.isConnected;
  }

  get isClosed(): boolean {
    return this.#connection.isClosed;
  }

  /**
   * Creates an object of this class on the server.
   * @throws KurentoError 40001 wrong parameters, 40108 class not available, 40009 no resources left
   */
  async create<Class extends RemoteClass>(
    type: Class,
    ...[params, options]: CreateArguments<ParamsOf<Class>>
  ): Promise<InstanceType<Class>> {
    const constructorParams = encodeMembers(params ?? {});
    const request = { type: type.spec.qualifiedName, constructorParams };
    const { value } = await this.request("create", request, options);
    if (typeof value !== "string") throw marshallError("the server's answer to 'create' has no id");
    return this.attach(type, value) as InstanceType<Class>;
  }

  /** The object with this id, made by whomever. Nothing is sent: an unknown id shows with the first call (40101). */
  attach<Self extends RemoteObject>(type: RemoteClass<Self>, id: string): Self {
    const known = this.#objects.get(id);
    if (known instanceof type) return known;
    return this.#remember(new type(this, id));
  }

  /**
   * Sends calls together, to be executed one after the other: fewer round trips, and objects that are used before they
   * exist. The server stops at the first call that fails, and does not undo those before.
   * @param build makes the calls on what `create` and `with` of its transaction give, up to where it first waits; their
   *   promises settle when all are done. What it throws before that keeps all from being sent.
   * @returns what `build` gives
   * @throws KurentoError of the first call that failed; those after it fail with the same error
   */
  async transaction<Result>(
    build: (transaction: Transaction) => Result,
    options?: RequestOptions,
  ): Promise<Awaited<Result>> {
    const transaction = new Transaction(this.#transactionHost);
    this.#transactions += 1;
    try {
      const result = await started(transaction, build);
      await transaction.commit(options);
      return await result.value;
    } finally {
      this.#transactions -= 1;
      if (this.#transactions === 0)
        for (const event of this.#earlyEvents.splice(0)) this.#onEvent(event);
    }
  }

  /**
   * Calls any method of the protocol in this session; for those that have no typed form here.
   * @throws KurentoError
   */
  async request(
    method: string,
    params: JsonObject = {},
    options: RequestOptions = {},
  ): Promise<JsonObject> {
    try {
      return await this.#connection.request(method, params, options);
    } catch (error) {
      throw toKurentoError(error);
    }
  }

  /** Of {@link RemoteSession}: for generated code. */
  async invoke(
    object: RemoteObject,
    operation: string,
    params: object,
    returns: TypeRef | null,
  ): Promise<unknown> {
    const operationParams = encodeMembers(params);
    const call = { object: object.id, operation, operationParams };
    return this.#decodeResult(await this.request("invoke", call), operation, returns);
  }

  /** Of {@link RemoteSession}. */
  subscribe(object: RemoteObject, event: string, listener: EventListener): Promise<void> {
    const added = this.#subscriptions.add(object, event, listener);
    added.catch((cause: Error) => {
      const message = `subscribing to ${event} of ${object.id} failed: ${cause.message}`;
      this.#onProblem({ kind: "subscription", message, cause });
    });
    return added;
  }

  /** Of {@link RemoteSession}. */
  unsubscribe(object: RemoteObject, event: string, listener: EventListener): Promise<void> {
    return this.#subscriptions.remove(object, event, listener);
  }

  /** Of {@link RemoteSession}. */
  async release(object: RemoteObject, options?: RequestOptions): Promise<void> {
    await this.request("release", { object: object.id }, options);
    this.#forget(object);
  }

  /** Ends the session, so that objects only it uses are released, and closes the connection. Never fails. */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when the first connection is made. */
  protected async opened(): Promise<void> {
    try {
      await this.#connection.opened();
    } catch (error) {
      this.#connection.close(error as Error);
      throw toKurentoError(error);
    }
  }

  #makeTransactionHost(): TransactionHost {
    return {
      invoke: (...call) => this.invoke(...call),
      subscribe: (...call) => this.subscribe(...call),
      unsubscribe: (...call) => this.unsubscribe(...call),
      release: (...call) => this.release(...call),
      request: (...call) => this.request(...call),
      decodeResult: (...result) => this.#decodeResult(...result),
      remember: (object) => void this.#remember(object),
      forget: (object) => this.#forget(object),
      adopt: (...subscription) => this.#subscriptions.adopt(...subscription),
    };
  }

  #decodeResult({ value }: JsonObject, operation: string, returns: TypeRef | null): unknown {
    if (returns === null) return undefined;
    return decodeValue(returns, value ?? null, operation, this.#context);
  }

  #forget({ id }: RemoteObject): void {
    this.#objects.drop(id);
    this.#subscriptions.drop(id);
  }

  async #close(options: CloseOptions): Promise<void> {
    if (options.keepSession !== true && this.isConnected) {
      // A session without objects is unknown to the server, a broken connection is closed already: both are fine.
      await this.request("closeSession", {}, { timeoutMs: closeTimeoutMs }).catch(() => undefined);
    }
    this.#connection.close();
  }

  #onClosed(error: Error | undefined): void {
    this.#subscriptions.dropAll(error);
    this.#objects.clear();
    this.#options.onClosed?.(error);
  }

  #onReconnected(isSameSession: boolean): void {
    if (!isSameSession) {
      const text = "The server no longer knows the session: its objects are gone";
      this.#subscriptions.dropAll(
        new KurentoError(ClientErrorCode.invalidSession, "INVALID_SESSION", text),
      );
      this.#objects.clear();
    }
    this.#options.onReconnected?.(isSameSession);
  }

  #onEvent(value: JsonValue | undefined): void {
    const { object: id, type, data } = isJsonObject(value) ? value : {};
    if (typeof id !== "string" || typeof type !== "string" || !isJsonObject(data)) {
      throw marshallError("event without object, type or data");
    }
    const source = this.#subscriptions.sourceOf(id, type);
    if (source === undefined) return this.#keepEarly(value as JsonValue);
    const { qualifiedName } = (source.constructor as AnyRemoteClass).spec;
    const fields = this.#registry.event(type, qualifiedName)?.fields ?? [];
    this.#subscriptions.dispatch(id, type, decodeFields(fields, data, type, this.#context));
  }

  // Events may come before the response of the transaction that subscribed to them.
  #keepEarly(event: JsonValue): void {
    if (this.#transactions > 0 && this.#earlyEvents.length < maxEarlyEvents)
      this.#earlyEvents.push(event);
  }

  #resolve(id: string, declared: string): RemoteObject {
    const known = this.#objects.get(id);
    if (known !== undefined) return known;
    const type = this.#registry.classOfObject(id, declared);
    if (type === undefined)
      throw marshallError(`object '${id}' is of a class that no module here declares`);
    // A class may be abstract here when the object's own one is of a module without generated code.
    return this.#remember(new (type as RemoteClass)(this, id));
  }

  #remember<Self extends RemoteObject>(object: Self): Self {
    this.#objects.add(object);
    return object;
  }
}

/** Lets the calls be made. The value is boxed: it may be a promise that waits for the commit. */
async function started<Result>(
  transaction: Transaction,
  build: (transaction: Transaction) => Result,
): Promise<{ readonly value: Result }> {
  try {
    const value = build(transaction);
    // Fails at once where an async function has failed already; else it is the second that ends the race.
    await Promise.race([value, undefined]);
    Promise.resolve(value).catch(() => undefined);
    return { value };
  } catch (error) {
    transaction.abandon(error);
    throw error;
  }
}
