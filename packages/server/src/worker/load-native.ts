import type { NativeHost, ServerModule } from "@kms/core";

/**
 * Loads the native code of a module.
 * @throws Error naming the file that cannot be loaded
 */
export function loadNative({ native, plugins = [] }: ServerModule, host: NativeHost): void {
  for (const path of native) host.loadModule(path);
  for (const path of plugins) host.loadPlugin(path);
}
