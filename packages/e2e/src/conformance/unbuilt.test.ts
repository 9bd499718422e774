import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { RawClient } from "../support/raw-client.js";
import { Server } from "../support/server.js";
import type { Kmd } from "./api-table.js";

interface Info {
  readonly modules: readonly { readonly name: string; readonly factories: readonly string[] }[];
}

const manager = "manager_ServerManager";

let server: Server;
let client: RawClient;
let info: Info;
let pipeline: string;

beforeAll(async () => {
  server = await Server.start();
  client = await RawClient.open(server.url);
  info = (await client.call("invoke", { object: manager, operation: "getInfo" })).result
    ?.value as Info;
  pipeline = await client.value("create", { type: "MediaPipeline" });
});
afterAll(async () => {
  client[Symbol.dispose]();
  await server.stop();
});

/** The classes with a constructor, as the server's own definition of the module tells. */
async function declared(moduleName: string): Promise<string[]> {
  const params = { object: manager, operation: "getKmd", operationParams: { moduleName } };
  const { remoteClasses = [] } = JSON.parse(await client.value("invoke", params)) as Kmd;
  return remoteClasses.flatMap((each) => (Object.hasOwn(each, "constructor") ? each.name : []));
}

/** Tries to make an object, with the parameter that all classes share. */
async function creationError(type: string): Promise<string | undefined> {
  const constructorParams = { mediaPipeline: pipeline };
  const { error } = await client.call("create", { type, constructorParams });
  return error === undefined ? undefined : `${error.code} ${error.message}`;
}

describe.each(["core", "elements", "filters"])("the classes of %s", (name) => {
  it("can be created if the module's factories list them, and say so otherwise", async () => {
    const factories = info.modules.find((module) => module.name === name)?.factories ?? [];
    const all = await declared(name);
    expect(all).toEqual(expect.arrayContaining([...factories]));
    for (const type of all) {
      const unbuilt = `40006 Class 'kurento.${type}' is not implemented in this build yet`;
      const error = await creationError(type);
      if (factories.includes(type)) expect(error).not.toBe(unbuilt);
      else expect(error).toBe(unbuilt);
    }
  });
});

describe("a class that is not built", () => {
  it("leaves the pipeline and its subscriptions as they are", async () => {
    const children = { object: pipeline, operation: "getChildren" };
    const before = await client.call("invoke", children);
    await creationError("ZBarFilter");
    const after = await client.call("invoke", children);
    expect(after.result?.value).toEqual(before.result?.value);
    for (const method of ["describe", "subscribe"]) {
      const { error } = await client.call(method, { object: pipeline, type: "Error" });
      expect(error).toBeUndefined();
    }
  });
});
