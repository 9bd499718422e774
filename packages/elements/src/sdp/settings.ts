// The settings of SdpEndpoint: what is negotiated at all.
import { KurentoError } from "@kms/core";
import type { ObjectContext } from "@kms/core";
import { CodecCatalogue } from "./codecs.js";
import type { Capabilities } from "./offer.js";
import { PlainCatalogue } from "./plain-codecs.js";
import type { DataChannelParameters } from "./types.js";

type Config = ObjectContext["config"];

const CLASS = "kurento.SdpEndpoint";
const MAX_MEDIA_COUNT = 32;
/** RFC 8841 gives no port; all browsers use this one. */
const SCTP_PORT = 5_000;
/** Largest message in bytes that we take: what browsers send at most. */
const MAX_MESSAGE_SIZE = 262_144;

/** Our end of data channels in offers. */
export const DATA_CHANNELS: DataChannelParameters = {
  port: SCTP_PORT,
  maxMessageSize: MAX_MESSAGE_SIZE,
};

/**
 * What WebRTC endpoints negotiate under this configuration.
 * @throws KurentoError 40207 for codecs that are not written `<name>/<clock rate>[/<channels>]`
 */
export function readCapabilities(config: Config, withData: boolean): Capabilities {
  return {
    codecs: catalogue(config),
    mediaCount: {
      audio: mediaCount(config, "numAudioMedias"),
      video: mediaCount(config, "numVideoMedias"),
    },
    data: withData ? DATA_CHANNELS : undefined,
  };
}

/** Ours: whether `generateOffer` after a negotiation makes another offer; false as in Kurento unless it is set. */
export function mayOfferAgain(config: Config): boolean {
  return config.flag(CLASS, "renegotiation") ?? false;
}

/**
 * The codecs that RTP endpoints negotiate under this configuration.
 * @throws KurentoError 40207 for codecs that are not written `<name>/<clock rate>[/<channels>]`
 */
export function readPlainCatalogue(config: Config): PlainCatalogue {
  return checked(
    () =>
      new PlainCatalogue({
        audio: codecNames(config, "audioCodecs"),
        video: codecNames(config, "videoCodecs"),
      }),
  );
}

function catalogue(config: Config): CodecCatalogue {
  return checked(
    () =>
      new CodecCatalogue({
        audioCodecs: codecNames(config, "audioCodecs"),
        videoCodecs: codecNames(config, "videoCodecs"),
        h265: config.flag("kurento.WebRtcEndpoint", "enable-h265") ?? false,
      }),
  );
}

function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new KurentoError("SDP_CONFIGURATION_ERROR", error.message);
  }
}

function mediaCount(config: Config, key: string): number {
  const count = config.integer(CLASS, key) ?? 1;
  return Math.min(Math.max(count, 0), MAX_MEDIA_COUNT);
}

/** `[{ "name": "opus/48000/2" }]`; undefined when it is not set. */
function codecNames(config: Config, key: string): string[] | undefined {
  const value = config.value(CLASS, key);
  if (value === undefined || value === null || value === "") return undefined;
  if (!Array.isArray(value)) throw new RangeError(`${key}: a list is needed`);
  return value.map((entry: unknown) => {
    const name = typeof entry === "object" && entry !== null && "name" in entry && entry.name;
    if (typeof name !== "string") throw new RangeError(`${key}: each codec needs a name`);
    return name;
  });
}
