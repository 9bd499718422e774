import { KurentoError } from "@kms/core";

import { WorkerSlot } from "./slot.js";
import type { SlotParts } from "./slot.js";

const placementDeadlineMs = 9000;

/** All slots of this host. */
export class WorkerPool {
  readonly #slots: readonly WorkerSlot[];
  readonly #parts: SlotParts;

  /** @param count number of workers, at least 1 */
  constructor(count: number, parts: SlotParts) {
    this.#parts = parts;
    this.#slots = Array.from(
      { length: Math.max(1, count) },
      (_, index) => new WorkerSlot(index, parts),
    );
  }

  get slots(): readonly WorkerSlot[] {
    return this.#slots;
  }

  /** True when pipelines can be made and no slot is failing. */
  get isReady(): boolean {
    return this.#slots.some((slot) => slot.isReady) && !this.#slots.some((slot) => slot.isFailing);
  }

  /** Qualified names of the classes that the workers have no implementation of; the same for all of them. */
  get unbuilt(): readonly string[] {
    return this.#slots[0]?.unbuilt ?? [];
  }

  /**
   * Brings up all workers.
   * @throws Error of the first that does not come up; the others are ended then
   */
  async start(): Promise<void> {
    const results = await Promise.allSettled(this.#slots.map((slot) => slot.start()));
    const failure = results.find((result) => result.status === "rejected");
    if (failure === undefined) return;
    await this.close();
    throw failure.reason;
  }

  /**
   * Where a new pipeline goes: the ready slot with the fewest objects.
   * @throws KurentoError 40108 when no slot becomes ready within 9 s
   */
  async place(): Promise<WorkerSlot> {
    if (!this.#slots.some((slot) => slot.isReady)) await this.#anyReady();
    const ready = this.#slots.filter((slot) => slot.isReady);
    const [first, ...others] = ready;
    if (first === undefined) throw unavailable();
    return others.reduce((best, slot) => (slot.objects < best.objects ? slot : best), first);
  }

  /** Ends all workers in order. */
  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  async #anyReady(): Promise<void> {
    let cancel = (): void => undefined;
    const tooLate = new Promise<never>((_, reject) => {
      cancel = this.#parts.clock.after(placementDeadlineMs, () => reject(unavailable()));
    });
    try {
      await Promise.race([tooLate, ...this.#slots.map((slot) => slot.whenReady())]);
    } finally {
      cancel();
    }
  }
}

function unavailable(): KurentoError {
  return new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", "No media worker is available");
}
