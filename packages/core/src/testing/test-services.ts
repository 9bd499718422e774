import { ManualClock } from "@kms/jsonrpc";

import { silentLogger } from "../model/logger.js";
import { ModuleConfig } from "../model/module-config.js";
import type { ConfigTree } from "../model/module-config.js";
import type { ObjectClock, ObjectContext, WorkerServices } from "../model/object-context.js";
import type { JsonValue, ModuleSpec } from "../model/schema-types.js";
import { TypeRegistry } from "../model/type-registry.js";
import type { NativeMap } from "../native/host.js";
import type { MediaObject } from "../objects/media-object.js";
import { FakeNativeHost } from "./fake-native-host.js";

/** An event that an object raised. */
export interface TestEvent {
  readonly object: string;
  readonly type: string;
  readonly data: Readonly<Record<string, JsonValue>>;
}

/** A worker's services for tests of single classes: fake host, manual clock, events kept. */
export interface TestServices extends WorkerServices {
  readonly host: FakeNativeHost;
  readonly time: ManualClock;
  readonly events: TestEvent[];
  /** Context of an object below a parent. */
  context(id: string, parent?: MediaObject): ObjectContext;
}

/**
 * @param modules specifications of the modules whose classes are tested, core's among them
 * @param config the tree below `modules`
 */
export function testServices(
  modules: readonly ModuleSpec[],
  config: ConfigTree = {},
): TestServices {
  const listeners = new Map<string, (type: string, data: NativeMap) => void>();
  const host = new FakeNativeHost((id, type, data) => listeners.get(id)?.(type, data));
  const time = new ManualClock();
  const clock: ObjectClock = {
    now: () => time.now(),
    after: (delayMs, callback) => time.after(delayMs, callback),
    wallTimeMs: () => 1_700_000_000_000 + time.now(),
  };
  const events: TestEvent[] = [];
  const services: WorkerServices = {
    host,
    nativeEvents: {
      listen: (id, listener) => {
        listeners.set(id, listener);
        return () => void listeners.delete(id);
      },
    },
    config: new ModuleConfig(config),
    registry: new TypeRegistry(modules),
    clock,
    log: silentLogger,
    assignIoThread: () => ({ index: 0, end: () => undefined }),
    assignEndpointThread: (home) => ({ index: home, end: () => undefined }),
  };
  const context = (id: string, parent?: MediaObject): ObjectContext => ({
    ...services,
    id,
    parent,
    pipeline: parent?.getMediaPipeline() ?? undefined,
    emit: (type, data) => events.push({ object: id, type, data: data as TestEvent["data"] }),
  });
  return { ...services, host, time, events, context };
}
