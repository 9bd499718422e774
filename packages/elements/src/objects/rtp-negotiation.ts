// Offer/answer of one RtpEndpoint: keeps our description, opens ports, and gives native code what both sides agree on.
import { KurentoError } from "@kms/core";
import type { NativeMap } from "@kms/core";
import { randomInt } from "node:crypto";
import {
  acceptableMedia,
  createPlainAnswer,
  createPlainOffer,
  plainStreams,
} from "../sdp/plain-negotiate.js";
import type { PlainEndpoint } from "../sdp/plain-negotiate.js";
import { readPlainSession } from "../sdp/plain-read.js";
import type {
  Destination,
  PlainLocalSession,
  PlainRemoteMedia,
  PlainRemoteSession,
  PlainStream,
} from "../sdp/plain-types.js";
import { writePlainSession } from "../sdp/plain-write.js";
import { SdpSyntaxError } from "../sdp/read.js";
import type { Codec, MediaKind } from "../sdp/types.js";

/** Opens the ports of a medium and gives RTP's; 0 when none is free. */
export type OpenPorts = (medium: MediaKind) => Promise<number>;

/** What the offer shall hold. */
export interface RtpOfferWishes {
  readonly media: readonly MediaKind[];
  readonly bandwidthKbps: Readonly<Record<MediaKind, number>>;
}

/** The descriptions of one endpoint. */
export class RtpNegotiation {
  readonly #endpoint: PlainEndpoint;
  readonly #useIpv6: boolean;
  readonly #openPorts: OpenPorts;
  readonly #origin = { sessionId: String(randomInt(2 ** 32 - 1)), version: 1 };
  #local: PlainLocalSession | undefined;

  constructor(endpoint: PlainEndpoint, useIpv6: boolean, openPorts: OpenPorts) {
    this.#endpoint = endpoint;
    this.#useIpv6 = useIpv6;
    this.#openPorts = openPorts;
  }

  async offer({ media, bandwidthKbps }: RtpOfferWishes): Promise<string> {
    const ports = new Map<MediaKind, number>();
    for (const kind of media) ports.set(kind, await this.#openPorts(kind));
    return this.#describe(createPlainOffer({ ports, bandwidthKbps }, this.#endpoint));
  }

  /** @throws KurentoError 40201 when the text is no SDP */
  async answer(
    offer: string,
  ): Promise<{ readonly sdp: string; readonly streams: readonly PlainStream[] }> {
    const remote = this.#read(offer);
    const ports = new Map<PlainRemoteMedia, number>();
    for (const [kind, media] of acceptableMedia(remote, this.#endpoint))
      ports.set(media, await this.#openPorts(kind));
    const local = createPlainAnswer(remote, ports, this.#endpoint);
    return { sdp: this.#describe(local), streams: plainStreams(remote, local, this.#endpoint) };
  }

  /** @throws KurentoError 40201 when the text is no SDP, 40206 when it answers another offer */
  accept(answer: string): readonly PlainStream[] {
    const remote = this.#read(answer);
    if (this.#local === undefined || !answers(remote, this.#local)) {
      const text = "Error processing answer: its m-lines are not those of the offer";
      throw new KurentoError("SDP_END_POINT_PROCESS_ANSWER_ERROR", text);
    }
    return plainStreams(remote, this.#local, this.#endpoint);
  }

  #describe(local: PlainLocalSession): string {
    this.#local = local;
    return writePlainSession(local, this.#endpoint.transport, this.#origin);
  }

  #read(text: string): PlainRemoteSession {
    try {
      return readPlainSession(text, this.#useIpv6);
    } catch (error) {
      if (error instanceof SdpSyntaxError) throw new KurentoError("SDP_PARSE_ERROR", error.message);
      throw error;
    }
  }
}

function answers(remote: PlainRemoteSession, local: PlainLocalSession): boolean {
  return (
    remote.media.length === local.media.length &&
    remote.media.every(({ line }, index) => line.type === local.media[index]?.type)
  );
}

/** A stream as `setRemote` takes it. */
export function nativePlainStream(stream: PlainStream): NativeMap {
  const { medium, mid, direction, rtp, rtcp, rtcpMux, bandwidthKbps, crypto } = stream;
  return {
    medium,
    mid,
    direction,
    codecs: stream.codecs.map(nativeCodec),
    remoteSsrcs: [...stream.remoteSsrcs],
    extensions: stream.extensions.map(({ id, uri }) => ({ id, uri })),
    bandwidthKbps,
    rtcpMux,
    ...(rtp && { rtp: nativeDestination(rtp) }),
    ...(rtcp && { rtcp: nativeDestination(rtcp) }),
    ...(crypto && { crypto: nativeCrypto(crypto) }),
  };
}

function nativeDestination({ ip, port }: Destination): NativeMap {
  return { ip, port };
}

function nativeCrypto({
  suite,
  outbound,
  inbound,
  lifetime,
}: NonNullable<PlainStream["crypto"]>): NativeMap {
  return { suite, outbound, inbound, ...(lifetime !== undefined && { lifetime }) };
}

function nativeCodec({
  payloadType,
  codec,
  clockRate,
  channels,
  parameters,
  feedback,
}: Codec): NativeMap {
  return {
    payloadType,
    codec,
    clockRate,
    channels,
    parameters: { ...parameters },
    feedback: [...feedback],
  };
}
