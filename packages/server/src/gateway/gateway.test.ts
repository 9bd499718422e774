import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { TestGateway } from "../testing/test-gateway.js";
import type { TestClient, Wire } from "../testing/test-client.js";

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const manager = "manager_ServerManager";

let server: TestGateway;
let client: TestClient;

beforeEach(async () => {
  server = await TestGateway.start();
  client = await server.connect();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

const result = (response: Wire): Wire => response["result"] as Wire;
const error = (response: Wire): Wire => response["error"] as Wire;

describe("envelope", () => {
  it.each([
    ["{not json", -32700],
    ["", -32700],
    ["[]", -32600],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ["null", -32600],
    ["5", -32600],
    ["{}", -32600],
    ['{"id":1,"method":"ping"}', -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ['{"jsonrpc":"2.0","id":1}', -32600],
    ['{"jsonrpc":"2.0","id":[1],"method":"ping"}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":5}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}', -32600],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', -32600],
  ])("answers %s with %i, and goes on", async (text, code) => {
    client.send(text);
    expect(JSON.parse(await client.receive())).toMatchObject({
      jsonrpc: "2.0",
      id: null,
      error: { code },
    });
    expect(await client.request("ping")).toEqual({
      id: 1,
      jsonrpc: "2.0",
      result: { value: "pong" },
    });
  });

  it("echoes ids and takes binary frames", async () => {
    expect(await client.request("ping", {}, "text")).toEqual({
      id: "text",
      jsonrpc: "2.0",
      result: { value: "pong" },
    });
    client.send(Buffer.from('{"jsonrpc":"2.0","id":1.5,"method":"ping","params":null}'));
    expect(await client.receive()).toBe('{"id":1.5,"jsonrpc":"2.0","result":{"value":"pong"}}');
  });

  it("runs calls without an id, and complains about their results", async () => {
    expect(await client.request("ping", {}, null)).toEqual({
      jsonrpc: "2.0",
      id: null,
      error: {
        code: -32000,
        message: "Ignoring response because of a notification request",
        data: { value: "pong" },
      },
    });
    client.send('{"jsonrpc":"2.0","method":"closeSession","params":{"sessionId":"x"}}');
    expect(await client.receive()).toBe("");
  });

  it("knows its methods", async () => {
    for (const method of ["nope", "", "onEvent", "constructor", "__proto__"]) {
      expect(error(await client.request(method, {}))).toEqual({
        code: -32601,
        message: "Method not found.",
      });
    }
  });
});

describe("method parameters", () => {
  const withParams = [
    "create",
    "invoke",
    "subscribe",
    "unsubscribe",
    "release",
    "describe",
    "transaction",
    "ref",
    "unref",
    "keepAlive",
    "closeSession",
  ];

  it.each(withParams)("%s wants some", async (method) => {
    const expected = {
      code: -32602,
      message: "'params' is required",
      data: { type: "INVALID_PARAMS" },
    };
    expect(error(await client.request(method))).toEqual(expected);
  });

  it.each([
    ["create", "type"],
    ["invoke", "operation"],
    ["subscribe", "type"],
    ["unsubscribe", "object"],
    ["release", "object"],
    ["describe", "object"],
    ["transaction", "operations"],
    ["ref", "object"],
    ["unref", "object"],
  ])("%s names the missing '%s'", async (method, name) => {
    const expected = { code: -32000, message: `'${name}' parameter is required` };
    expect(error(await client.request(method, { sessionId: "s" }))).toEqual(expected);
  });

  it.each<[string, Wire, number, string]>([
    ["create", { type: 5 }, 40108, "Factory '5' not found"],
    ["create", { type: null }, 40108, "Factory '' not found"],
    ["create", { type: "ServerManager" }, 40108, "Factory 'ServerManager' not found"],
    ["create", { type: "MediaElement" }, 40108, "Factory 'MediaElement' not found"],
    ["create", { type: "kurento.NoSuch" }, 40108, "Factory 'kurento.NoSuch' not found"],
    ["create", { type: "PassThrough" }, 40001, "'constructorParams' is required"],
    [
      "create",
      { type: "PassThrough", constructorParams: {} },
      40001,
      "'mediaPipeline' parameter should be a string",
    ],
    [
      "create",
      { type: "PassThrough", constructorParams: { mediaPipeline: "nope" } },
      40101,
      "Object 'nope' not found",
    ],
    [
      "create",
      { type: "PassThrough", constructorParams: { mediaPipeline: 5 } },
      40101,
      "Object '5' not found",
    ],
    [
      "create",
      { type: "PassThrough", constructorParams: { mediaPipeline: null } },
      40101,
      "Object '' not found",
    ],
    [
      "create",
      { type: "HubPort", constructorParams: {} },
      40001,
      "'hub' parameter should be a string",
    ],
    ["invoke", { object: 5, operation: "x" }, 40101, "Object '5' not found"],
    [
      "invoke",
      { object: "newref:3", operation: "x" },
      40109,
      "Object 'newref:3' not found. Possibly using a transactional object without committing the transaction.",
    ],
    ["describe", { object: {} }, -32000, "'object' parameter should be a string"],
    ["transaction", { operations: 5 }, -32000, "'operations' parameter should be an array"],
    ["subscribe", { object: "nope", type: "Error" }, 40101, "Object 'nope' not found"],
    ["connect", { sessionId: "nope" }, 40007, "Invalid session"],
    ["keepAlive", { sessionId: "nope" }, 40007, "Invalid session"],
    ["ref", { object: "nope", sessionId: "s" }, 40101, "Object 'nope' not found"],
  ])("%s %j fails with %i", async (method, params, code, message) => {
    const failure = error(await client.request(method, params));
    expect(failure).toMatchObject({ code, message });
    expect(failure["data"] !== undefined).toBe(code >= 40000);
  });

  it("gives errors no session", async () => {
    expect(await client.request("create", { type: "x", sessionId: "s" })).toEqual({
      id: 1,
      jsonrpc: "2.0",
      error: {
        code: 40108,
        message: "Factory 'x' not found",
        data: { type: "MEDIA_OBJECT_NOT_AVAILABLE" },
      },
    });
  });
});

describe("objects", () => {
  it("have ids that tell their class and their place", async () => {
    const pipeline = await client.create("MediaPipeline");
    expect(pipeline).toMatch(new RegExp(`^${uuid}_kurento\\.MediaPipeline$`));
    const element = await client.create("kurento.PassThrough", { mediaPipeline: pipeline });
    expect(element).toMatch(new RegExp(`^${pipeline}/${uuid}_kurento\\.PassThrough$`));
    expect(await client.invoke(pipeline, "getChildren")).toEqual([element]);
    expect(await client.invoke(element, "getParent")).toBe(pipeline);
    expect(await client.invoke(pipeline, "getParent")).toBeNull();
  });

  it("describe themselves", async () => {
    const pipeline = await client.create("MediaPipeline");
    const element = await client.create("PassThrough", { mediaPipeline: pipeline });
    expect(result(await client.request("describe", { object: element }))).toMatchObject({
      type: "PassThrough",
      qualifiedType: "kurento.PassThrough",
      hierarchy: ["kurento.MediaElement", "kurento.MediaObject"],
    });
    expect(result(await client.request("describe", { object: manager }))).toMatchObject({
      type: "ServerManager",
      qualifiedType: "kurento.ServerManager",
      hierarchy: ["kurento.MediaObject"],
    });
  });

  it("are invoked with Kurento's errors", async () => {
    const pipeline = await client.create("MediaPipeline");
    const element = await client.create("PassThrough", { mediaPipeline: pipeline });
    const failure = async (
      operation: string,
      operationParams?: unknown,
      object = element,
    ): Promise<Wire> =>
      error(await client.request("invoke", { object, operation, operationParams }));
    expect(await failure("nope", {})).toMatchObject({
      code: 40008,
      message: "Method 'nope' with 0 parameters not found",
    });
    expect(await failure("nope", { a: 1, b: 2 })).toMatchObject({
      code: 40008,
      message: "Method 'nope' with 2 parameters not found",
    });
    expect(await failure("connect")).toMatchObject({
      code: 40001,
      message: "'operationParams' is required",
    });
    expect(await failure("connect", { sink: "nobody" })).toMatchObject({
      code: 40101,
      message: "Object 'nobody' not found",
    });
    expect(await failure("connect", { sink: pipeline })).toMatchObject({
      code: 40107,
      message: expect.stringContaining("sink") as string,
    });
    expect(await failure("connect", { sink: element, mediaType: "NOPE" })).toMatchObject({
      code: 40001,
      message: "Invalid value for 'MediaType'",
    });
    expect(await failure("getTag", { key: "missing" })).toEqual({
      code: 40110,
      message: "Tag key not found",
      data: { type: "MEDIA_OBJECT_TAG_KEY_NOT_FOUND" },
    });
    expect(
      await client.request("invoke", {
        object: element,
        operation: "setName",
        operationParams: { name: "x" },
      }),
    ).toMatchObject({
      result: { value: null },
    });
    expect(await client.invoke(element, "getName")).toBe("x");
  });

  it("of two pipelines cannot be connected", async () => {
    const [first, second] = [
      await client.create("MediaPipeline"),
      await client.create("MediaPipeline"),
    ];
    const source = await client.create("PassThrough", { mediaPipeline: first });
    const sink = await client.create("PassThrough", { mediaPipeline: second });
    const params = { object: source, operation: "connect", operationParams: { sink } };
    expect(error(await client.request("invoke", params))).toEqual({
      code: 40004,
      message: "Media elements do not share pipeline",
      data: { type: "CONNECT_ERROR" },
    });
  });

  it("are gone with their parent", async () => {
    const pipeline = await client.create("MediaPipeline");
    const element = await client.create("PassThrough", { mediaPipeline: pipeline });
    expect(Object.keys(result(await client.request("release", { object: pipeline })))).toEqual([
      "sessionId",
    ]);
    for (const object of [pipeline, element]) {
      expect(error(await client.request("describe", { object }))).toMatchObject({
        code: 40101,
        message: `Object '${object}' not found`,
      });
    }
    expect(result(await client.request("release", { object: pipeline }))).toBeDefined();
    expect(result(await client.request("release", { object: manager }))).toBeDefined();
    expect(await client.invoke(manager, "getPipelines")).toEqual([]);
  });
});

describe("events", () => {
  it("reach each subscriber once, shaped as Kurento's", async () => {
    const pipeline = await client.create("MediaPipeline");
    const element = await client.create("PassThrough", { mediaPipeline: pipeline });
    const first = await client.value("subscribe", { object: element, type: "ElementConnected" });
    const second = await client.value("subscribe", { object: element, type: "ElementConnected" });
    expect(first).not.toBe(second);
    await client.invoke(element, "connect", { sink: element, mediaType: "AUDIO" });
    expect(client.events).toEqual([
      {
        type: "ElementConnected",
        object: element,
        data: {
          source: element,
          timestampMillis: expect.stringMatching(/^\d{13}$/) as string,
          tags: [],
          type: "ElementConnected",
          sink: element,
          mediaType: "AUDIO",
          sourceMediaDescription: "default",
          sinkMediaDescription: "default",
        },
      },
    ]);
    for (const subscription of [first, second, "unknown"]) {
      await client.request("unsubscribe", { object: element, subscription });
    }
    await client.invoke(element, "connect", { sink: element, mediaType: "AUDIO" });
    expect(client.events).toHaveLength(1);
  });

  it("must be declared by the class", async () => {
    const pipeline = await client.create("MediaPipeline");
    expect(
      error(await client.request("subscribe", { object: pipeline, type: "ElementConnected" })),
    ).toMatchObject({
      code: 40106,
      message: "Event 'ElementConnected' not supported",
    });
    expect(await client.value("subscribe", { object: pipeline, type: "Error" })).toMatch(
      new RegExp(`^${uuid}$`),
    );
  });

  it("tell of all objects of the server, children before parents", async () => {
    const other = await server.connect();
    await client.value("subscribe", { object: manager, type: "ObjectCreated" });
    await client.value("subscribe", { object: manager, type: "ObjectDestroyed" });
    const pipeline = await other.create("MediaPipeline");
    const element = await other.create("PassThrough", { mediaPipeline: pipeline });
    await other.request("release", { object: pipeline });
    await client.event(({ data }) => (data as Wire)["objectId"] === pipeline);
    expect(
      client.events.map(({ type, data }) => [
        type,
        (data as Wire)["object"] ?? (data as Wire)["objectId"],
      ]),
    ).toEqual([
      ["ObjectCreated", pipeline],
      ["ObjectCreated", element],
      ["ObjectDestroyed", element],
      ["ObjectDestroyed", pipeline],
    ]);
    expect(Object.keys(client.events[0]?.["data"] as Wire).sort()).toEqual([
      "object",
      "source",
      "tags",
      "timestampMillis",
    ]);
  });
});
