// Data channels of one endpoint: the API's rules, and their statistics (api.md B8, B12). The channels are native.
import { KurentoError, asRegister, listField, mapField, numberField, textField } from "@kms/core";
import type { MediaType, NativeMap, NativeValue, Stats } from "@kms/core";
import { randomUUID } from "node:crypto";

/** What a channel is opened with; a limit below 0 is none. */
export interface DataChannelWishes {
  readonly label: string;
  readonly ordered: boolean;
  /** Milliseconds. */
  readonly maxPacketLifeTime: number;
  readonly maxRetransmits: number;
  readonly protocol: string;
}

type StatsFields = Omit<Stats, "id"> & Readonly<Record<string, unknown>>;

/** Calls a method of the endpoint's native object. */
export type NativeCall = (method: string, args?: NativeMap) => Promise<NativeValue>;

/** Largest limit that a channel can be opened with (RFC 8832, 5.1, holds more; Kurento and browsers do not). */
const MAX_LIMIT = 65_535;

/** The data channels of one endpoint. */
export class EndpointData {
  readonly #call: NativeCall;
  readonly #ids = new Map<string, string>();
  #isAgreed = false;

  constructor(call: NativeCall) {
    this.#call = call;
  }

  /** Whether both descriptions have the m-line of data channels. */
  get isAgreed(): boolean {
    return this.#isAgreed;
  }

  /** Takes note of what was agreed; what was once agreed on stays. */
  agree(withData: boolean): void {
    this.#isAgreed ||= withData;
  }

  /**
   * Opens a channel, as soon as there is a connection.
   * @throws KurentoError 40111 when nothing was agreed on, 40107 for two limits at once, 40003 beyond what the endpoint holds
   */
  async open(wishes: DataChannelWishes): Promise<void> {
    this.#requireAgreed();
    const { label, ordered, protocol } = wishes;
    const limits = {
      ...limit("maxPacketLifeTime", wishes.maxPacketLifeTime),
      ...limit("maxRetransmits", wishes.maxRetransmits),
    };
    if (Object.keys(limits).length > 1) {
      throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", "Syntax error");
    }
    await this.#call("createDataChannel", { label, ordered, protocol, ...limits });
  }

  /**
   * Closes a channel; one that is not there is none the less closed.
   * @throws KurentoError 40111 when nothing was agreed on
   */
  async close(channelId: number): Promise<void> {
    this.#requireAgreed();
    await this.#call("closeDataChannel", { channelId });
  }

  /** Entries of each channel and of all together; none for other media, or without data channels. */
  async stats(mediaType: MediaType | undefined, nowMs: number): Promise<Record<string, Stats>> {
    if (!this.#isAgreed || (mediaType !== undefined && mediaType !== "DATA")) return {};
    const native = mapField({ native: await this.#call("dataChannelStats") }, "native");
    const channels = listField(native, "channels").map((each) => mapField({ each }, "each"));
    const timestampMillis = Math.trunc(nowMs);
    const entries = channels.map((channel) =>
      this.#entry(String(channel["channelId"]), "RTCDataChannelStats", {
        type: "datachannel",
        timestampMillis,
        ...channelFields(channel),
      }),
    );
    const session = this.#entry("session", "RTCPeerConnectionStats", {
      type: "session",
      timestampMillis,
      dataChannelsOpened: numberField(native, "opened"),
      dataChannelsClosed: numberField(native, "closed"),
    });
    return Object.fromEntries([...entries, session]);
  }

  #entry(key: string, register: string, fields: StatsFields): [string, Stats] {
    const id = this.#ids.get(key) ?? randomUUID();
    this.#ids.set(key, id);
    return [id, asRegister(`kurento.${register}`, { id, ...fields })];
  }

  #requireAgreed(): void {
    if (this.#isAgreed) return;
    const text = "Data channels are not supported";
    throw new KurentoError("MEDIA_OBJECT_OPERATION_NOT_SUPPORTED", text);
  }
}

function limit(name: string, value: number): Record<string, number> {
  return value < 0 ? {} : { [name]: Math.min(value, MAX_LIMIT) };
}

function channelFields(channel: NativeMap): Readonly<Record<string, unknown>> {
  return {
    label: textField(channel, "label"),
    protocol: textField(channel, "protocol"),
    datachannelid: numberField(channel, "channelId"),
    state: textField(channel, "state"),
    messagesSent: numberField(channel, "messagesSent"),
    bytesSent: numberField(channel, "bytesSent"),
    messagesReceived: numberField(channel, "messagesReceived"),
    bytesReceived: numberField(channel, "bytesReceived"),
  };
}
