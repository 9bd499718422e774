import { stringifyJson } from "@kms/core/jsonrpc";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

import { mutateBytes, mutateJson } from "./json-mutations.js";
import type { Random } from "@kms/core/testing";

/** Objects that exist while messages are made, so that mutations get past the first check. */
export interface LiveObjects {
  readonly pipeline: string;
  readonly elements: readonly string[];
}

/** Classes to create besides the pipeline, and operations with parameters that are right. */
export interface FuzzSurface {
  readonly types: readonly string[];
  readonly operations: readonly (readonly [operation: string, params: JsonObject])[];
  readonly events: readonly string[];
}

/** What every element has. */
export const elementSurface: FuzzSurface = {
  types: ["PassThrough"],
  operations: [
    ["getName", {}],
    ["setName", { name: "camera" }],
    ["addTag", { key: "room", value: "12" }],
    ["getTags", {}],
    ["getChildren", {}],
    ["getParent", {}],
    ["getMediaPipeline", {}],
    ["getCreationTime", {}],
    ["getSinkConnections", { mediaType: "VIDEO", description: "" }],
    ["getStats", { mediaType: "AUDIO" }],
    ["setOutputBitrate", { bitrate: 100_000 }],
    ["setMaxOutputBitrate", { maxOutputBitrate: 300_000 }],
    ["setVideoFormat", { caps: { codec: "VP8", framerate: { numerator: 30, denominator: 1 } } }],
    ["isMediaFlowingIn", { mediaType: "VIDEO" }],
    ["setSendTagsInEvents", { sendTagsInEvents: true }],
  ],
  events: ["ElementConnected", "ElementDisconnected", "Error", "MediaFlowInStateChange"],
};

/** Makes requests as clients send them, and spoils most of them. */
export class MessageFuzzer {
  readonly #random: Random;
  readonly #surface: FuzzSurface;
  #lastId = 0;

  constructor(random: Random, surface: FuzzSurface = elementSurface) {
    this.#random = random;
    this.#surface = surface;
  }

  /** The next message, as a text frame or, where bytes were spoilt, a binary one. */
  next(live: LiveObjects): string | Buffer {
    const random = this.#random;
    const request = this.#request(live);
    if (random.once(10)) return stringifyJson(request);
    let spoilt: JsonValue = request;
    for (let count = 1 + random.below(3); count > 0; count -= 1)
      spoilt = mutateJson(random, spoilt, [request, this.#request(live)]);
    const text = stringifyJson(spoilt);
    return random.once(4) ? mutateBytes(random, Buffer.from(text)) : text;
  }

  #request(live: LiveObjects): JsonObject {
    const [method, params] = this.#call(live);
    this.#lastId += 1;
    return { id: this.#lastId, jsonrpc: "2.0", method, params };
  }

  #call(live: LiveObjects): readonly [string, JsonObject] {
    const makers = [
      () => this.#invoke(live),
      () => this.#invoke(live),
      () => this.#create(live),
      () => this.#connect(live),
      () => this.#ofObject(live),
      () => this.#ofSession(),
      () => this.#transaction(live),
    ];
    return this.#random.pick(makers)();
  }

  #element(live: LiveObjects): string {
    return this.#random.pick(live.elements);
  }

  #invoke(live: LiveObjects): [string, JsonObject] {
    const [operation, operationParams] = this.#random.pick(this.#surface.operations);
    return ["invoke", { object: this.#element(live), operation, operationParams }];
  }

  #connect(live: LiveObjects): [string, JsonObject] {
    const operation = this.#random.pick(["connect", "disconnect"]);
    const operationParams = { sink: this.#element(live), mediaType: "AUDIO" };
    return ["invoke", { object: this.#element(live), operation, operationParams }];
  }

  #create({ pipeline }: LiveObjects): [string, JsonObject] {
    const type = this.#random.pick(this.#surface.types);
    return ["create", { type, constructorParams: { mediaPipeline: pipeline }, properties: {} }];
  }

  #ofObject(live: LiveObjects): [string, JsonObject] {
    const object = this.#element(live);
    const type = this.#random.pick(this.#surface.events);
    const calls: [string, JsonObject][] = [
      ["describe", { object }],
      ["ref", { object, sessionId: "shared" }],
      ["unref", { object, sessionId: "shared" }],
      ["subscribe", { object, type }],
      ["unsubscribe", { object, subscription: "none", sessionId: "shared" }],
    ];
    return this.#random.once(20) ? ["release", { object }] : this.#random.pick(calls);
  }

  #ofSession(): [string, JsonObject] {
    const calls: [string, JsonObject][] = [
      ["ping", { interval: 5000 }],
      ["connect", {}],
      ["keepAlive", { sessionId: "shared" }],
      ["closeSession", { sessionId: "shared", release: false }],
      ["invoke", { object: "manager_ServerManager", operation: "getInfo" }],
      ["invoke", { object: "manager_ServerManager", operation: "getPipelines" }],
      ["subscribe", { object: "manager_ServerManager", type: "ObjectCreated" }],
    ];
    return this.#random.pick(calls);
  }

  #transaction(live: LiveObjects): [string, JsonObject] {
    const calls = [this.#create(live), this.#invoke(live), this.#ofObject(live)];
    const operations = calls.map(([method, params], id) => ({
      id,
      jsonrpc: "2.0",
      method,
      params,
    }));
    const onNew = { object: "newref:0", operation: "getName", operationParams: {} };
    return [
      "transaction",
      { operations: [...operations, { id: 3, jsonrpc: "2.0", method: "invoke", params: onNew }] },
    ];
  }
}
