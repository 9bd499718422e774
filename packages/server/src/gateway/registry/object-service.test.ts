import { silentLogger } from "@kms/core";
import type { JsonValue } from "@kms/core/jsonrpc";
import { describe, expect, it } from "vitest";

import { processClock } from "../../process-clock.js";
import { EventSender } from "../events/event-sender.js";
import { Subscriptions } from "../events/subscriptions.js";
import { Catalog } from "../modules/catalog.js";
import { locateModule } from "../modules/module-locator.js";
import { ConnectionMap } from "../sessions/connection-map.js";
import { Sessions } from "../sessions/sessions.js";
import type { WorkerPool } from "../workers/worker-pool.js";
import type { WorkerSlot } from "../workers/slot.js";
import { ObjectService } from "./object-service.js";
import { Registry } from "./registry.js";

/** A slot whose worker answers when the test wants. */
class HeldSlot {
  objects = 0;
  readonly calls: string[] = [];
  #answer: (() => void) | undefined;
  isHeld = false;

  async request(method: string): Promise<JsonValue> {
    this.calls.push(method);
    if (this.isHeld && method === "create")
      await new Promise<void>((resolve) => (this.#answer = resolve));
    return null;
  }

  answer(): void {
    this.#answer?.();
  }
}

describe("ObjectService", () => {
  const slot = new HeldSlot();
  const catalog = new Catalog([locateModule("@kms/core").manifest]);
  const subscriptions = new Subscriptions();
  const registry = new Registry();
  const service = new ObjectService({
    registry,
    sessions: new Sessions(),
    subscriptions,
    events: new EventSender(subscriptions, new ConnectionMap()),
    workers: { place: async () => slot as unknown as WorkerSlot } as unknown as WorkerPool,
    onDestroyed: () => undefined,
    clock: processClock,
    log: silentLogger,
  });
  const classOf = (name: string): NonNullable<ReturnType<Catalog["find"]>> => {
    const found = catalog.find(name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  it("leaves nothing of a child whose parent goes while it is made", async () => {
    const pipeline = await service.create("session", classOf("MediaPipeline"), undefined);
    expect(slot.objects).toBe(1);
    slot.isHeld = true;
    const params = { mediaPipeline: pipeline.id };
    const made = service.create("session", classOf("PassThrough"), params);
    service.release(pipeline)();
    slot.answer();
    await expect(made).rejects.toMatchObject({ code: 40101 });
    expect(slot.objects).toBe(0);
    expect(registry.size).toBe(0);
    expect(slot.calls).toEqual(["create", "create", "release"]);
  });
});
