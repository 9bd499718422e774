import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ModuleYard } from "./support/module-yard.js";
import { Server } from "./support/server.js";
import { invertsThePicture } from "./support/third-party.js";

const NATIVE_MODULE = `
#include <kms/host/module.hpp>

#include <memory>
#include <utility>

namespace {

class Thing final : public kms::host::ObjectBase {
 public:
  explicit Thing(kms::host::Context context) : ObjectBase(std::move(context)) {}
  void close(kms::host::Completion completion) override { completion.resolve(); }
};

}  // namespace

extern "C" int kms_module_register(kms::host::Registrar* registrar) {
  return kms::host::registerModule(registrar, [](kms::host::Registrar& to) {
    to.addClass("YardThing", {&kms::host::glibHome, [](kms::host::Context context, const kms::Value&) {
                                return std::make_unique<Thing>(std::move(context));
                              }});
  });
}
`;

/** Gives the scaffolded module a native class too, over the library of the installed core. */
async function addNativeModule(folder: string): Promise<void> {
  await writeFile(join(folder, "native/module.cpp"), NATIVE_MODULE);
  await appendFile(
    join(folder, "native/CMakeLists.txt"),
    "kms_find(core)\nkms_module(kmsyard ENTRY kms_module_register SOURCES module.cpp)\n",
  );
  const file = join(folder, "src/module.ts");
  const text = await readFile(file, "utf8");
  const native = 'native: [nativeLibrary(new URL("..", import.meta.url), "libkmsyard.so")]';
  await writeFile(file, text.replace("native: []", native));
}

describe("a module of OpenCV with a native class, made outside the workspace", () => {
  let yard: ModuleYard;
  let folder: string;
  beforeAll(async () => {
    yard = await ModuleYard.open();
    folder = await yard.scaffold("ImageTurner", "opencv");
    await addNativeModule(folder);
    await yard.build(folder);
  }, 300_000);
  afterAll(() => yard[Symbol.asyncDispose]());

  it("passes its own tests as it was made", async () => {
    expect(await yard.run(folder, "npm", "test")).toContain("100% tests passed");
  });

  it("is loaded from where it was built, and changes the picture", async () => {
    const server = await Server.start({ args: ["--modules-path", folder] });
    expect(server.output).not.toContain("module skipped");
    await invertsThePicture(server, "imageturner", "ImageTurner");
    expect(await server.stop()).toBe(0);
  });
});
