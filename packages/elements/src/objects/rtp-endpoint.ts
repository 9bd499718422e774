// RtpEndpoint: the API's rules. SDP is negotiated here; sockets, SRTP and RTP are native.
import { KurentoError, mapField, mediumField, numberField, textField } from "@kms/core";
import type { Format, MediaType, NativeMap, ObjectContext, OfferOptions, Stats } from "@kms/core";
import { RtpEndpointBase } from "../generated/rtp-endpoint.js";
import type { RtpEndpointParams } from "../generated/rtp-endpoint.js";
import { protectionOf } from "../sdp/crypto-attribute.js";
import type { PlainCatalogue } from "../sdp/plain-codecs.js";
import type { PlainStream, PlainTransport, Protection } from "../sdp/plain-types.js";
import { readPlainCatalogue } from "../sdp/settings.js";
import type { MediaKind } from "../sdp/types.js";
import { RtcStats } from "./rtc-stats.js";
import { RtpNegotiation, nativePlainStream } from "./rtp-negotiation.js";

const BASE_CLASS = "kurento.BaseRtpEndpoint";
const DEFAULT_MIN_PORT = 40_000;
const DEFAULT_MAX_PORT = 49_999;
const MEDIA: readonly MediaKind[] = ["audio", "video"];

/** Sends media to and takes media from a peer over RTP or, with keys from the SDP, SRTP. */
export class RtpEndpoint extends RtpEndpointBase {
  readonly #useIpv6: boolean;
  readonly #protection: Protection | undefined;
  readonly #catalogue: PlainCatalogue;
  readonly #stats = new RtcStats();
  #negotiation: RtpNegotiation | undefined;

  /** @throws KurentoError 40107 for a master key that does not fit its suite, 40207 for codecs in the configuration */
  constructor(context: ObjectContext, params: RtpEndpointParams) {
    super(context);
    this.#useIpv6 = params.useIpv6 ?? false;
    this.#protection = protectionOf(params.crypto);
    this.#catalogue = readPlainCatalogue(context.config);
    this.handleNative("keySoftLimit", (data) => this.#onKeySoftLimit(data));
  }

  override async initialize(): Promise<void> {
    const { config } = this.context;
    const minPort = config.integer(BASE_CLASS, "minPort") ?? DEFAULT_MIN_PORT;
    const maxPort = config.integer(BASE_CLASS, "maxPort") ?? Math.max(minPort, DEFAULT_MAX_PORT);
    await this.createEndpoint("RtpEndpoint", { ipv6: this.#useIpv6, minPort, maxPort });
    const transport = plainTransport(await this.#local());
    this.#negotiation = new RtpNegotiation(
      { transport, catalogue: this.#catalogue, protection: this.#protection },
      this.#useIpv6,
      (medium) => this.#openPorts(medium),
    );
    await this.bandwidthChanged();
  }

  protected override async bandwidthChanged(): Promise<void> {
    await this.callNative("setBandwidth", this.bandwidth);
  }

  async #local(): Promise<NativeMap> {
    return mapField({ local: await this.callNative("localParameters") }, "local");
  }

  async #openPorts(medium: MediaKind): Promise<number> {
    const ports = await this.callNative("open", { medium });
    return numberField(mapField({ ports }, "ports"), "rtp");
  }

  // --- Negotiation -----------------------------------------------------------------------------

  protected override async makeOffer(options: OfferOptions | undefined): Promise<string> {
    const wanted: Readonly<Record<MediaKind, boolean>> = {
      audio: options?.offerToReceiveAudio ?? true,
      video: options?.offerToReceiveVideo ?? true,
    };
    return this.#negotiator.offer({
      media: MEDIA.filter((kind) => wanted[kind]),
      bandwidthKbps: {
        audio: this.getMaxAudioRecvBandwidth(),
        video: this.getMaxVideoRecvBandwidth(),
      },
    });
  }

  protected override async answerOffer(offer: string): Promise<string> {
    const { sdp, streams } = await this.#negotiator.answer(offer);
    await this.#apply(streams);
    return sdp;
  }

  protected override async acceptAnswer(answer: string): Promise<string> {
    await this.#apply(this.#negotiator.accept(answer));
    return this.getLocalSessionDescriptor();
  }

  get #negotiator(): RtpNegotiation {
    if (this.#negotiation) return this.#negotiation;
    throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", "Media Object not available");
  }

  /** Sockets are all the connection there is, so it stands from here on; even without any stream, as in Kurento. */
  async #apply(streams: readonly PlainStream[]): Promise<void> {
    await this.callNative("setRemote", { streams: streams.map(nativePlainStream) });
    for (const medium of MEDIA) {
      const stream = streams.find((one) => one.medium === medium);
      this.setSent({ medium, number: 0, formats: stream ? sentFormats(stream) : [] });
    }
    await this.linksSettled();
    this.setConnectionState("CONNECTED");
  }

  #onKeySoftLimit(data: NativeMap): void {
    const mediaType = mediumField(data, "medium") === "audio" ? "AUDIO" : "VIDEO";
    this.emitOnKeySoftLimit({ mediaType });
  }

  // --- Statistics ------------------------------------------------------------------------------

  override async getStats(mediaType?: MediaType): Promise<Record<string, Stats>> {
    const native = await this.callNative("stats");
    const now = this.context.clock.wallTimeMs();
    const streams = this.#stats.entries(mapField({ native }, "native"), mediaType, now);
    return { ...streams, ...(await super.getStats(mediaType)) };
  }
}

function plainTransport(local: NativeMap): PlainTransport {
  const ssrc = mapField(local, "ssrc");
  return {
    ip: textField(local, "ip"),
    cname: textField(local, "cname"),
    ssrc: { audio: numberField(ssrc, "audio"), video: numberField(ssrc, "video") },
  };
}

function sentFormats({ direction, codecs }: PlainStream): Format[] {
  if (!direction.startsWith("send")) return [];
  return codecs.map(({ codec, clockRate, channels, parameters }) => ({
    codec,
    clockRate,
    channels,
    parameters,
  }));
}
