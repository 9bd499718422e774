export { FakeNativeHost } from "./fake-native-host.js";
export type { FakeObject, HostCall } from "./fake-native-host.js";
export { testServices } from "./test-services.js";
export type { TestEvent, TestServices } from "./test-services.js";
