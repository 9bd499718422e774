import { coreModule, ServerManager } from "./generated/core/index.js";
import { elementsModule } from "./generated/elements/index.js";
import { filtersModule } from "./generated/filters/index.js";
import { ClientRuntime } from "./runtime/client.js";
import { connectionSettings } from "./runtime/client-options.js";
import type { KurentoClientOptions } from "./runtime/client-options.js";

/** The ServerManager exists from the start, under this id. */
const serverManagerId = "manager_ServerManager";

/** A session on a media server. Made by {@link KurentoClient.connect}. */
export class KurentoClient extends ClientRuntime {
  /**
   * Connects to a media server, such as `ws://localhost:8888/kurento`.
   * @throws Error when no connection can be made, KurentoError when the server refuses the session
   */
  static async connect(url: string, options: KurentoClientOptions = {}): Promise<KurentoClient> {
    const modules = [coreModule, elementsModule, filtersModule, ...(options.modules ?? [])];
    const client = new KurentoClient(await connectionSettings(url, options), options, modules);
    await client.opened();
    return client;
  }

  /** The server itself: its version, modules, pipelines, load. */
  get serverManager(): ServerManager {
    return this.attach(ServerManager, serverManagerId);
  }
}
