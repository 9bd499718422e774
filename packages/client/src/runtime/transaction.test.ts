import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import type { Transaction } from "./transaction.js";
import { FakeServer } from "./testing/fake-server.js";
import { Endpoint, MediaPipeline, TestClient, Unavailable } from "./testing/test-module.js";

let server: FakeServer;
let client: TestClient;
let pipeline: MediaPipeline;

beforeEach(async () => {
  server = await FakeServer.start();
  server.operations.set("getName", (_params, object) => `name of ${object}`);
  server.operations.set("setName", () => null);
  server.operations.set("connect", () => null);
  client = await TestClient.connect(server.url);
  pipeline = await client.create(MediaPipeline);
});

afterEach(async () => {
  await client.close();
  await server.stop();
});

describe("a transaction", () => {
  it("sends all calls at once, and objects may be used before they exist", async () => {
    const before = server.calls.length;
    const { made, source, name } = await client.transaction(async (transaction) => {
      const other = transaction.create(MediaPipeline);
      const first = transaction.create(Endpoint, { mediaPipeline: other });
      const second = transaction.create(Endpoint, { mediaPipeline: other, recvonly: true });
      void first.connect(second);
      const asked = second.getName();
      expect([other.id, first.id, second.id]).toEqual(["newref:0", "newref:1", "newref:2"]);
      return { made: other, source: first, name: await asked };
    });
    expect(server.calls.slice(before).map(({ method }) => method)).toEqual(["transaction"]);
    expectTypeOf(source).toEqualTypeOf<Endpoint>();
    expectTypeOf(name).toEqualTypeOf<string>();
    expect(source.id).toMatch(new RegExp(`^${made.id}/.*_kurento.Endpoint$`));
    expect(name).toMatch(new RegExp(`^name of ${made.id}/`));
    expect(await source.getName()).toBe(`name of ${source.id}`);
    expect(client.attach(Endpoint, source.id)).toBe(source);
  });

  it("takes calls on objects that exist", async () => {
    const endpoint = await client.create(Endpoint, { mediaPipeline: pipeline });
    await client.transaction((transaction) => {
      const same = transaction.with(endpoint);
      void same.setName("camera");
      void same.connect(transaction.create(Endpoint, { mediaPipeline: pipeline }));
    });
    const operations = server.callsOf("transaction")[0]?.["operations"];
    expect(operations).toMatchObject([
      { id: 0, method: "invoke", params: { object: endpoint.id, operation: "setName" } },
      { id: 1, method: "create", params: { constructorParams: { mediaPipeline: pipeline.id } } },
      { id: 2, params: { operation: "connect", operationParams: { sink: "newref:1" } } },
    ]);
  });

  it("takes others into itself", async () => {
    const make = (within: Pick<Transaction, "create">): Endpoint =>
      within.create(Endpoint, { mediaPipeline: pipeline });
    const [first, second] = await client.transaction((transaction) => [
      make(transaction),
      transaction.transaction(make),
    ]);
    expect(server.callsOf("transaction")).toHaveLength(1);
    expect(first?.id).not.toBe(second?.id);
  });

  it("goes on as single calls behind the first wait", async () => {
    const name = await client.transaction(async (transaction) => {
      const endpoint = transaction.create(Endpoint, { mediaPipeline: pipeline });
      await endpoint.setName("camera");
      expect(() => transaction.create(MediaPipeline)).toThrow("closed");
      return transaction.with(endpoint).getName();
    });
    expect(name).toMatch(/^name of .*_kurento.Endpoint$/);
    expect(server.callsOf("invoke")).toHaveLength(1);
  });

  it("sends nothing when it has no calls", async () => {
    expect(await client.transaction(() => 5)).toBe(5);
    expect(server.callsOf("transaction")).toEqual([]);
  });

  it("releases", async () => {
    const endpoint = await client.create(Endpoint, { mediaPipeline: pipeline });
    const events = endpoint.events("Error");
    await client.transaction((transaction) => void transaction.with(endpoint).release());
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(server.callsOf("release")).toEqual([]);
  });
});

describe("events in a transaction", () => {
  it("are subscribed to in their turn, and none is lost that comes early", async () => {
    server.operations.set("setName", (_params, object) => {
      server.raise(object, "Error", { errorCode: 7 });
      return null;
    });
    const heard: number[] = [];
    const listener = ({ errorCode }: { errorCode: number }): unknown => heard.push(errorCode);
    const endpoint = await client.transaction((transaction) => {
      const made = transaction.create(Endpoint, { mediaPipeline: pipeline });
      void made.on("Error", listener);
      void made.setName("camera");
      return made;
    });
    await endpoint.setName("again");
    expect(heard).toEqual([7, 7]);
    await endpoint.off("Error", listener);
    expect(server.callsOf("unsubscribe")).toMatchObject([{ object: endpoint.id }]);
  });

  it("of objects that nobody made are dropped", async () => {
    server.operations.set("setName", () => {
      server.raise("nobody", "Error", { errorCode: 7 });
      return null;
    });
    await client.transaction((transaction) => void transaction.with(pipeline).setName("a"));
    expect(await client.request("ping")).toEqual({ value: "pong" });
  });
});

describe("a transaction that fails", () => {
  it("is rejected with the first error, as are the calls after it", async () => {
    const outcomes: Promise<unknown>[] = [];
    let endpoint: Endpoint | undefined;
    const failed = client.transaction((transaction) => {
      endpoint = transaction.create(Endpoint, { mediaPipeline: pipeline });
      outcomes.push(endpoint.setName("done"), transaction.with(pipeline).getChildren());
      transaction.create(Unavailable);
      outcomes.push(endpoint.getName());
    });
    await expect(failed).rejects.toMatchObject({
      name: "KurentoError",
      code: 40008,
      message: "Method 'getChildren' with 0 parameters not found",
    });
    const results = await Promise.allSettled(outcomes);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await endpoint?.getName()).toBe(`name of ${endpoint?.id}`);
  });

  it("sends nothing when what makes the calls throws, at once or in an async function", async () => {
    const mistake = new Error("mistake");
    const outcomes: Promise<unknown>[] = [];
    const fail = (transaction: Transaction): never => {
      outcomes.push(transaction.with(pipeline).getName());
      throw mistake;
    };
    await expect(client.transaction(fail)).rejects.toBe(mistake);
    await expect(client.transaction(async (transaction) => fail(transaction))).rejects.toBe(
      mistake,
    );
    for (const outcome of outcomes) await expect(outcome).rejects.toBe(mistake);
    expect(server.callsOf("transaction")).toEqual([]);
  });

  it("sends nothing when a parameter has no JSON form", async () => {
    const failed = client.transaction((transaction) => {
      void transaction.with(pipeline).setName(Symbol("name") as unknown as string);
      void transaction.with(pipeline).setName("fine");
    });
    await expect(failed).rejects.toMatchObject({ code: 40001 });
    expect(server.callsOf("transaction")).toEqual([]);
  });

  it("tells of a server that answers something else", async () => {
    server.silent.add("transaction");
    const late = client.transaction((transaction) => transaction.create(MediaPipeline), {
      timeoutMs: 20,
    });
    await expect(late).rejects.toMatchObject({ code: -32001, type: "TIMEOUT" });
  });
});
