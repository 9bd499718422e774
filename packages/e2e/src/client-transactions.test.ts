// The transactions of the unmodified kurento-client 7.3.0: implicit, explicit, nested in calls, failing, rolled back.
import type { KurentoConnection, KurentoElement, KurentoPipeline } from "kurento-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectClient, failure, success } from "./support/kurento.js";
import { Server } from "./support/server.js";

let server: Server;
let client: KurentoConnection;
let pipeline: KurentoPipeline;

beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
});
beforeEach(async () => {
  client = await connectClient(server.url);
  pipeline = await client.create("MediaPipeline");
});
afterEach(async () => {
  await pipeline.release();
  client.close();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

describe("an explicit transaction", () => {
  it("of a pipeline makes, connects and asks in one go", async () => {
    let source: KurentoElement | undefined;
    let sink: KurentoElement | undefined;
    const transaction = pipeline.transaction(function () {
      source = this.create("PassThrough");
      sink = this.create("PassThrough");
      void source.connect(sink);
      void source.setName("first");
    });
    expect(transaction.commited).toBe(false);
    const result = await transaction;
    expect(result.value).toHaveLength(4);
    expect(transaction.commited).toBe(true);
    expect(source?.id).toMatch(new RegExp(`^${pipeline.id}/.*_kurento.PassThrough$`));
    expect(await source?.getName()).toBe("first");
    expect(await source?.getSinkConnections()).toHaveLength(3);
  });

  it("of the client makes a pipeline and what is in it", async () => {
    const made: (KurentoPipeline | KurentoElement)[] = [];
    await client.transaction(function () {
      const other = this.create("MediaPipeline");
      made.push(other, other.create("PassThrough"));
    });
    const [other, element] = made;
    expect(element?.id).toMatch(new RegExp(`^${other?.id}/`));
    expect((await element?.getMediaPipeline())?.id).toBe(other?.id);
    await other?.release();
  });

  it("is begun, filled and committed step by step", async () => {
    const transaction = pipeline.beginTransaction();
    const element = pipeline.create(transaction, "PassThrough");
    expect(element.id).toBeUndefined();
    await transaction.commit();
    expect(transaction.commited).toBe(true);
    expect(await element.getName()).toBe(element.id);
  });

  it("may be empty", async () => {
    const { value } = await pipeline.transaction(() => undefined);
    expect(value).toEqual([]);
  });

  it("is one of several, each with its own results", async () => {
    const elements: KurentoElement[] = [];
    const transactions = Array.from({ length: 5 }, () =>
      pipeline.transaction(function () {
        elements.push(this.create("PassThrough"));
      }),
    );
    await Promise.all(transactions);
    expect(new Set(elements.map(({ id }) => id)).size).toBe(5);
    expect(await pipeline.getChildren()).toHaveLength(5);
  });

  it("makes elements from a list whose later entries refer to the first", async () => {
    const requests = [
      { type: "MediaPipeline" },
      { type: "PassThrough", params: { mediaPipeline: 0 } },
      { type: "PassThrough", params: { mediaPipeline: 0 } },
    ];
    const made = await success<KurentoElement[]>((callback) => client.create(requests, callback));
    const [other, ...elements] = made;
    for (const element of elements) expect(element.id).toMatch(new RegExp(`^${other?.id}/`));
    await other?.release();
  });
});

describe("a transaction that fails", () => {
  it("stops at the failing operation, and leaves what came before", async () => {
    const gone = await releasedElement();
    const outcomes: unknown[] = [];
    let element: KurentoElement | undefined;
    const done = pipeline.transaction(function () {
      element = this.create("PassThrough");
      gone.getName((error) => outcomes.push(error));
      void element.getName((error) => outcomes.push(error));
    });
    expect((await done).value).toHaveLength(2);
    expect(outcomes[0]).toMatchObject({ code: 40101, message: expect.stringContaining(gone.id) });
    expect(outcomes[1]).toMatchObject({ message: "Command not executed in the server" });
    expect(await element?.getName()).toBe(element?.id);
  });

  it("tells the error of a creation to who created, and the object", async () => {
    const gone = await client.create("MediaPipeline");
    await gone.release();
    let element: KurentoElement | undefined;
    const error = await failure((callback) => {
      gone.transaction(function () {
        element = this.create("PassThrough", callback);
      });
    });
    expect(error).toMatchObject({ code: 40101, message: expect.stringContaining(gone.id) });
    expect(element?.id).toBeNull();
  });

  it("is rejected whole when it cannot be sent", async () => {
    const error = await failure((callback) => {
      pipeline.transaction(() => {
        throw new TypeError("the application's own mistake");
      }, callback);
    });
    expect(error).toBeInstanceOf(TypeError);
  });
});

describe("before the commit", () => {
  it("refuses calls on and with objects of the transaction", async () => {
    const sink = await pipeline.create("PassThrough");
    const transaction = pipeline.beginTransaction();
    const element = pipeline.create(transaction, "PassThrough");
    const errors = await Promise.all([
      failure((callback) => element.getName(callback)),
      failure((callback) => sink.connect(element, callback)),
    ]);
    for (const error of errors) {
      expect(error.constructor.name).toBe("TransactionNotCommitedException");
    }
    await transaction.commit();
    await sink.connect(element);
  });

  it("takes everything back on rollback: nothing reaches the server", async () => {
    const transaction = pipeline.beginTransaction();
    const element = pipeline.create(transaction, "PassThrough");
    const error = await failure((callback) => transaction.rollback(callback));
    expect(error.constructor.name).toBe("TransactionRollbackException");
    expect(transaction.commited).toBe(false);
    expect(element.id).toBeNull();
    expect(await pipeline.getChildren()).toEqual([]);
  });
});

describe("implicit transactions", () => {
  it("join the calls of one turn, with results for each", async () => {
    await using batching = await connectClient(server.url, { useImplicitTransactions: true });
    const other = await batching.create("MediaPipeline");
    const [source, sink] = await Promise.all([
      other.create("PassThrough"),
      other.create("PassThrough"),
    ]);
    await Promise.all([source.connect(sink), sink.setName("last"), source.setName("first")]);
    const names = await Promise.all([source.getName(), sink.getName()]);
    expect(names).toEqual(["first", "last"]);
    await other.release();
  });

  it("tell the error to the call that failed", async () => {
    await using batching = await connectClient(server.url, { useImplicitTransactions: true });
    const gone = await batching.getMediaobjectById((await releasableElement()).id);
    await gone.release();
    const other = await batching.create("MediaPipeline");
    const [error, name] = await Promise.all([
      failure((callback) => gone.getName(callback)),
      success<string>((callback) => other.getName(callback)).catch(String),
    ]);
    expect(error).toMatchObject({ code: 40101 });
    expect([other.id, "Error: Command not executed in the server"]).toContain(name);
    await other.release();
  });
});

describe("without transactions", () => {
  it("sends the operations one by one", async () => {
    await using serial = await connectClient(server.url, { enableTransactions: false });
    const other = await serial.create("MediaPipeline");
    const names: unknown[] = [];
    const named = new Promise<void>((resolve) => {
      other.transaction(function () {
        void this.setName("serial");
        void this.getName((_error, name) => {
          names.push(name);
          resolve();
        });
      });
    });
    await named;
    expect(names).toEqual(["serial"]);
    await other.release();
  });

  it("takes objects that do not exist yet: calls wait for them", async () => {
    const source = pipeline.create("PassThrough");
    const sink = pipeline.create("PassThrough");
    await source.connect(sink);
    await source.setName("early");
    expect(await source.getName()).toBe("early");
  });
});

async function releasableElement(): Promise<KurentoElement> {
  return pipeline.create("PassThrough");
}

async function releasedElement(): Promise<KurentoElement> {
  const element = await releasableElement();
  await element.release();
  return element;
}
