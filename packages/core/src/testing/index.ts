export { FakeNativeHost } from "./fake-native-host.js";
export type { FakeObject, HostCall } from "./fake-native-host.js";
export { Random } from "./random.js";
export { testServices } from "./test-services.js";
export type { TestEvent, TestServices } from "./test-services.js";
