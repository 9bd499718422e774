import { isJsonObject, RpcError, RpcErrorCode } from "@kms/core/jsonrpc";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

/** Ports of one I/O thread. */
export interface ThreadPorts {
  readonly udpPort: number;
  readonly tcpPort: number;
}

/** Settings of the native host that the gateway chose for a worker. */
export interface HostSettings {
  /** One entry per I/O thread; port 0 = any. */
  readonly ioThreads: ThreadPorts[];
  readonly networkInterfaces: string[];
  /** PEM texts with certificate and key; absent: made. */
  readonly certificates: { rsa?: string; ecdsa?: string };
}

/** @throws RpcError -32602 naming what is wrong */
export function readHostSettings(value: JsonObject): HostSettings {
  const { ioThreads, networkInterfaces } = value;
  if (!Array.isArray(ioThreads) || ioThreads.length === 0) throw invalid("host.ioThreads");
  if (!Array.isArray(networkInterfaces)) throw invalid("host.networkInterfaces");
  return {
    ioThreads: ioThreads.map(readThread),
    networkInterfaces: networkInterfaces.map(String),
    certificates: readCertificates(value["certificates"]),
  };
}

function readThread(value: JsonValue): ThreadPorts {
  if (!isJsonObject(value)) throw invalid("host.ioThreads");
  return { udpPort: readPort(value["udpPort"]), tcpPort: readPort(value["tcpPort"] ?? 0) };
}

function readPort(port: JsonValue | undefined): number {
  if (typeof port !== "number" || !Number.isInteger(port) || port < 0 || port > 65535)
    throw invalid("host.ioThreads");
  return port;
}

function readCertificates(value: JsonValue | undefined): { rsa?: string; ecdsa?: string } {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw invalid("host.certificates");
  const { rsa, ecdsa } = value;
  return {
    ...(typeof rsa === "string" && { rsa }),
    ...(typeof ecdsa === "string" && { ecdsa }),
  };
}

function invalid(name: string): RpcError {
  return new RpcError(
    RpcErrorCode.invalidParams,
    `worker call: '${name}' is missing or of a wrong type`,
  );
}
