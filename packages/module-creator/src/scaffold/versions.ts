/** Versions of what a new module is built with outside the workspace; a test compares them with the workspace's own. */
export const VERSIONS = {
  core: "7.3.0",
  elements: "7.3.0",
  filters: "7.3.0",
  "cmake-utils": "0.1.0",
  "module-creator": "0.1.0",
  "@types/node": "20.19.0",
  typescript: "6.0.3",
  vitest: "4.1.12",
} as const;

/** What of the Kurento API new modules are made for. */
export const KURENTO_VERSION = "^7.0.0";
