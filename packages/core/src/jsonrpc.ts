export * from "@kms/jsonrpc";
