import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ModuleYard } from "./support/module-yard.js";
import { Server } from "./support/server.js";
import { invertsThePicture } from "./support/third-party.js";

describe("a module of OpenCV made outside the workspace", () => {
  let yard: ModuleYard;
  let folder: string;
  beforeAll(async () => {
    yard = await ModuleYard.open();
    folder = await yard.scaffold("ImageTurner", "opencv");
    await yard.build(folder);
  }, 300_000);
  afterAll(() => yard[Symbol.asyncDispose]());

  it("passes its own tests as it was made", async () => {
    expect(await yard.run(folder, "npm", "test")).toContain("100% tests passed");
  });

  it("is loaded from where it was built, and changes the picture", async () => {
    const server = await Server.start({ args: ["--modules-path", folder] });
    await invertsThePicture(server, "imageturner", "ImageTurner");
    expect(await server.stop()).toBe(0);
  });
});
