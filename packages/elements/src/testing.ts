// The test services of core for modules built on elements.
export * from "@kms/core/testing";
