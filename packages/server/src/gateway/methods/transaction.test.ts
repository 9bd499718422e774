import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { TestClient, Wire } from "../../testing/test-client.js";
import { TestGateway } from "../../testing/test-gateway.js";

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

describe("transactions within each other", () => {
  it("are answered however deep they nest", async () => {
    const depth = 20_000;
    const open = '{"operations":[{"id":0,"jsonrpc":"2.0","method":"transaction","params":';
    const params = `${open.repeat(depth)}{"operations":[]}${"}]}".repeat(depth)}`;
    client.send(`{"jsonrpc":"2.0","id":"deep","method":"transaction","params":${params}}`);
    expect(JSON.parse(await client.receive())).toHaveProperty("id", "deep");
    expect(result(await client.request("ping", {}))["value"]).toBe("pong");
  });
});

describe("transaction", () => {
  const operation = (id: unknown, method: string, params: Wire): Wire => ({
    id,
    jsonrpc: "2.0",
    method,
    params,
  });

  it("names results of earlier operations", async () => {
    const response = await client.request("transaction", {
      operations: [
        operation(0, "create", { type: "MediaPipeline" }),
        operation(1, "create", {
          type: "PassThrough",
          constructorParams: { mediaPipeline: "newref:0" },
        }),
        operation(2, "invoke", {
          object: "newref:0",
          operation: "addTag",
          operationParams: { key: "me", value: "newref:1" },
        }),
        operation(3, "invoke", {
          object: "newref:0",
          operation: "getTag",
          operationParams: { key: "me" },
        }),
      ],
    });
    const responses = result(response)["value"] as Wire[];
    expect(responses.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    expect(result(responses[3] ?? {})["value"]).toBe(result(responses[1] ?? {})["value"]);
    expect(result(responses[0] ?? {})["sessionId"]).toBe(result(response)["sessionId"]);
  });

  it("stops at the first failure and keeps what was done", async () => {
    const operations = [
      operation(0, "create", { type: "MediaPipeline" }),
      operation(1, "create", { type: "NoSuch" }),
      operation(2, "create", { type: "MediaPipeline" }),
    ];
    const responses = (await client.value("transaction", { operations })) as Wire[];
    expect(responses).toMatchObject([
      { id: 0, result: {} },
      { id: 1, jsonrpc: "2.0", error: { code: 40108 } },
    ]);
    expect(await client.invoke(manager, "getPipelines")).toEqual([
      result(responses[0] ?? {})["value"],
    ]);
  });

  it.each<[string, Wire, string]>([
    ["a wrong id", operation(1, "ping", {}), "Id of request '0' should be '0'"],
    [
      "a reference to itself",
      operation(0, "describe", { object: "newref:0" }),
      "Result not found on request 0",
    ],
    [
      "a reference that is no number",
      operation(0, "describe", { object: "newref:abc" }),
      "Invalid index of newref 'abc'",
    ],
  ])("fails as a whole for %s", async (_name, bad, message) => {
    expect(error(await client.request("transaction", { operations: [bad] }))).toMatchObject({
      code: 40008,
      message,
    });
  });

  it("nests, may be empty, and answers broken operations in their place", async () => {
    expect(await client.value("transaction", { operations: [] })).toEqual([]);
    const inner = operation(0, "transaction", { operations: [operation(0, "ping", {})] });
    expect(await client.value("transaction", { operations: [inner] })).toMatchObject([
      { result: { value: [{ id: 0, result: { value: "pong" } }] } },
    ]);
    expect(await client.value("transaction", { operations: [{ id: 0, method: "ping" }] })).toEqual([
      { id: 0, jsonrpc: "2.0", error: { code: -32600, message: "Invalid JSON-RPC request." } },
    ]);
  });
});

describe("ids of a transaction", () => {
  const committed = {
    code: 40109,
    message:
      "Object 'newref:0' not found. Possibly using a transactional object without committing the transaction.",
    data: { type: "MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT" },
  };

  it("mean nothing outside, wherever they stand", async () => {
    const pipeline = await client.create("MediaPipeline");
    const element = await client.create("PassThrough", { mediaPipeline: pipeline });
    const calls: [string, Wire][] = [
      ["describe", { object: "newref:0" }],
      ["ref", { object: "newref:0" }],
      ["subscribe", { object: "newref:0", type: "Error" }],
      ["create", { type: "PassThrough", constructorParams: { mediaPipeline: "newref:0" } }],
      ["invoke", { object: element, operation: "connect", operationParams: { sink: "newref:0" } }],
    ];
    for (const [method, params] of calls)
      expect(error(await client.request(method, params)), method).toEqual(committed);
  });
});

describe("values nested too deep", () => {
  const depth = 200_000;
  const nested = "[".repeat(depth) + "]".repeat(depth);

  it.each([
    ["ping", `{"x":${nested}}`],
    ["invoke", `{"object":"${manager}","operation":"addTag","operationParams":{"key":${nested}}}`],
    ["create", `{"type":"MediaPipeline","constructorParams":{"x":${nested}}}`],
    [
      "transaction",
      `{"operations":[{"id":0,"jsonrpc":"2.0","method":"ping","params":{"x":${nested}}}]}`,
    ],
    ["transaction", `{"operations":${nested}}`],
  ])("in %s are answered, and the connection goes on", async (method, params) => {
    client.send(`{"jsonrpc":"2.0","id":"deep","method":"${method}","params":${params}}`);
    const response = JSON.parse(await client.receive()) as Wire;
    expect(response["id"]).toBe("deep");
    expect((response["error"] as Wire | undefined)?.["code"]).not.toBe(-32603);
    expect(result(await client.request("ping", {}))["value"]).toBe("pong");
  });
});

describe("ServerManager", () => {
  it("tells what the server is", async () => {
    expect(await client.invoke(manager, "getInfo")).toMatchObject({
      __module__: "kurento",
      __type__: "ServerInfo",
      capabilities: ["transactions"],
      type: "KMS",
      version: "7.3.0",
      modules: [
        {
          __type__: "ModuleInfo",
          name: "core",
          version: "7.3.0",
          factories: ["HubPort", "MediaPipeline", "PassThrough"],
        },
      ],
    });
    expect(
      JSON.parse(String(await client.invoke(manager, "getKmd", { moduleName: "core" }))),
    ).toMatchObject({ name: "core" });
    expect(await client.invoke(manager, "getMetadata")).toBe("");
    expect(await client.invoke(manager, "getId")).toBe(manager);
    expect(await client.invoke(manager, "getChildren")).toEqual([]);
    expect(await client.invoke(manager, "getMediaPipeline")).toBeNull();
    await client.invoke(manager, "addTag", { key: "k", value: "v" });
    expect(await client.invoke(manager, "getTag", { key: "k" })).toBe("v");
  });

  it("tells what the server uses", async () => {
    expect(await client.invoke(manager, "getCpuCount")).toBeGreaterThan(0);
    expect(await client.invoke(manager, "getUsedMemory")).toBeGreaterThan(10_000);
    expect(await client.invoke(manager, "getUsedCpu", { interval: 20 })).toBeGreaterThanOrEqual(0);
  });

  it("has no KMD of unknown modules", async () => {
    const params = {
      object: manager,
      operation: "getKmd",
      operationParams: { moduleName: "kurento" },
    };
    expect(error(await client.request("invoke", params))).toEqual({
      code: 40500,
      message: "Requested kmd module doesn't exist",
      data: { type: "UNDEFINED" },
    });
  });
});
