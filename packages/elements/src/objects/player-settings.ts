// What the configuration says about players.
import type { NativeMap, ObjectContext } from "@kms/core";
import { httpGuard } from "./http-guard.js";

const CLASS = "kurento.PlayerEndpoint";
const DEFAULT_SCHEMES = "file,http,https,rtsp,rtsps";

/** `modules.kurento.PlayerEndpoint`, as the native class takes it. */
export async function playerSettings(context: ObjectContext): Promise<NativeMap> {
  const { config } = context;
  const schemes = config.text(CLASS, "schemes") ?? DEFAULT_SCHEMES;
  const roots = config.text(CLASS, "roots") ?? "";
  const isOpen = config.flag(CLASS, "privateHttp") ?? true;
  return {
    schemes: list(schemes.toLowerCase(), ","),
    roots: list(roots, ":"),
    proxy: isOpen ? "" : await httpGuard(context),
    rtspPorts: config.text(CLASS, "rtspClientPortRange") ?? "",
    reconnects: config.flag(CLASS, "rtspReconnect") ?? true,
  };
}

function list(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((one) => one.trim())
    .filter(Boolean);
}
