// What modules built on elements need of core, so that they declare one dependency (filters -> elements).
export * from "@kms/core";
