import { UriEndpointBase } from "../generated/uri-endpoint.js";
import type { UriEndpointState } from "../generated/types.js";
import type { ObjectContext } from "../model/object-context.js";
import type { NativeMap } from "../native/host.js";
import { textField } from "./native-fields.js";

const defaultPath = "file:///var/lib/kurento/";
const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;

/**
 * An endpoint that reads from or writes to a URI. The native object tells its state by `state` events; asking for the
 * state that it has already changes nothing.
 */
export abstract class UriEndpoint extends UriEndpointBase {
  readonly #uri: string;
  #state: UriEndpointState = "STOP";

  constructor(context: ObjectContext, params: { readonly uri: string }) {
    super(context);
    this.#uri = params.uri;
    this.handleNative("state", (data) => this.#onState(data));
  }

  /** The URI as the client gave it. */
  getUri(): string {
    return this.#uri;
  }

  /** The URI to open: escaped slashes undone, names without a scheme below the configured default path. */
  protected get effectiveUri(): string {
    const uri = this.#uri.replace(/%2F/gi, "/");
    if (scheme.test(uri)) return uri;
    const base = this.context.config.text("kurento.UriEndpoint", "defaultPath") ?? defaultPath;
    return `${base.replace(/\/+$/, "")}/${uri.replace(/^\/+/, "")}`;
  }

  getState(): UriEndpointState {
    return this.#state;
  }

  async pause(): Promise<void> {
    await this.callNative("pause");
  }

  async stop(): Promise<void> {
    await this.callNative("stop");
  }

  /** Told after each change of state. */
  protected onStateChanged(_state: UriEndpointState): void {}

  #onState(data: NativeMap): void {
    const state = textField(data, "state");
    if (state !== "STOP" && state !== "START" && state !== "PAUSE")
      throw new TypeError(`unknown state '${state}'`);
    if (state === this.#state) return;
    this.#state = state;
    this.emitUriEndpointStateChanged({ state });
    this.onStateChanged(state);
  }
}
