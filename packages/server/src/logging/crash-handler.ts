import { nativeLibrary } from "@kms/core";
import type { HostOptions, NativeHost } from "@kms/core";

type OpenHost = (options: HostOptions) => NativeHost;

/**
 * Has every host opened with the crash handler, which is a module without classes: when the process crashes, stack traces
 * of all its threads go to standard error, or to the file that the variable `KMS_ERRORS_LOG` names.
 * @throws Error when the handler is not built
 */
export function withCrashHandler(openHost: OpenHost): OpenHost {
  const path = nativeLibrary(new URL("../..", import.meta.url), "libkmscrash.so");
  return (options) => {
    const host = openHost(options);
    host.loadModule(path);
    return host;
  };
}
