/** Settings of the classes in core, elements and filters: what `modules/kurento/<Class>.conf.*` may hold. */
export interface KurentoConfig {
  readonly MediaElement?: MediaElementConfig;
  readonly SdpEndpoint?: SdpEndpointConfig;
  readonly BaseRtpEndpoint?: BaseRtpEndpointConfig;
  readonly UriEndpoint?: UriEndpointConfig;
  readonly WebRtcEndpoint?: WebRtcEndpointConfig;
  readonly PlayerEndpoint?: PlayerEndpointConfig;
  readonly RecorderEndpoint?: RecorderEndpointConfig;
  readonly HttpEndpoint?: HttpEndpointConfig;
  readonly Composite?: CompositeConfig;
}

/** Set when the file is read. */
export interface ClassConfig {
  /** Folder of the file: relative paths start there. */
  readonly configPath?: string;
}

/** Bitrates of transcoding, in bit/s. */
export interface MediaElementConfig extends ClassConfig {
  /**
   * @asType integer
   * @minimum 0
   * @maximum 2147483647
   */
  readonly encoderBitrate?: number;
  /**
   * @asType integer
   * @minimum 0
   * @maximum 2147483647
   */
  readonly minEncoderBitrate?: number;
  /**
   * @asType integer
   * @minimum 0
   * @maximum 2147483647
   */
  readonly maxEncoderBitrate?: number;
}

/** What is negotiated. */
export interface SdpEndpointConfig extends ClassConfig {
  /**
   * @asType integer
   * @minimum 0
   * @maximum 32
   */
  readonly numAudioMedias?: number;
  /**
   * @asType integer
   * @minimum 0
   * @maximum 32
   */
  readonly numVideoMedias?: number;
  /** In the order of offers. */
  readonly audioCodecs?: readonly CodecConfig[];
  /** In the order of offers. */
  readonly videoCodecs?: readonly CodecConfig[];
  /** Ours: `generateOffer` after a negotiation makes an offer that goes on with the session. */
  readonly renegotiation?: boolean;
}

/** One codec. */
export interface CodecConfig {
  /** Name and clock rate, and channels where there are several: `opus/48000/2`. */
  readonly name: string;
}

/** Ports and packets. */
export interface BaseRtpEndpointConfig extends ClassConfig {
  /**
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly minPort?: number;
  /**
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly maxPort?: number;
  /**
   * Bytes.
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly mtu?: number;
}

/** Where names without a scheme lie. */
export interface UriEndpointConfig extends ClassConfig {
  readonly defaultPath?: string;
}

/** ICE, DTLS and marking. */
export interface WebRtcEndpointConfig extends ClassConfig {
  /** Names with commas between. */
  readonly networkInterfaces?: string;
  readonly stunServerAddress?: string;
  /**
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly stunServerPort?: number;
  /** `user:password@ip:port[?transport=udp|tcp|tls]` */
  readonly turnURL?: string;
  /** PEM file with certificate and key, relative to the configuration. */
  readonly pemCertificateRSA?: string;
  /** PEM file with certificate and key, relative to the configuration. */
  readonly pemCertificateECDSA?: string;
  /** Old name of pemCertificateRSA. */
  readonly pemCertificate?: string;
  readonly externalIPv4?: string;
  readonly externalIPv6?: string;
  /**
   * 0 = off, 1 = on.
   * @asType integer
   * @minimum 0
   * @maximum 1
   */
  readonly iceTcp?: number;
  readonly "qos-dscp"?: DscpValue;
  readonly "enable-h265"?: boolean;
}

/** What may be played, and RTSP. */
export interface PlayerEndpointConfig extends ClassConfig {
  /**
   * `min-max`
   * @pattern ^\d{1,5}-\d{1,5}$
   */
  readonly rtspClientPortRange?: string;
  /** Ours: schemes that may be played, with commas between. */
  readonly schemes?: string;
  /** Ours: folders whose files may be played, with `:` between. */
  readonly roots?: string;
  /** Ours: whether http(s) may reach addresses that are not of the public Internet. */
  readonly privateHttp?: boolean;
  /** Ours: whether RTSP sources without an end are opened again when they are lost. */
  readonly rtspReconnect?: boolean;
}

/** Recordings. */
export interface RecorderEndpointConfig extends ClassConfig {
  readonly gapsFix?: "NONE" | "GENPTS" | "FILL_IF_TRANSCODING";
  /**
   * Ours: milliseconds for which a track that is connected but silent holds the others back.
   * @asType integer
   * @minimum 0
   * @maximum 60000
   */
  readonly silenceWait?: number;
  /** Ours: folders in which recordings may be made, with `:` between. */
  readonly roots?: string;
  /** Ours: folder for recordings that are on their way to another machine. */
  readonly spool?: string;
  /**
   * Ours: store behind `s3://bucket/key`; Amazon's own when absent.
   * @pattern ^https?://
   */
  readonly s3Endpoint?: string;
  /** Ours. */
  readonly s3Region?: string;
  /** Ours. */
  readonly s3AccessKeyId?: string;
  /** Ours; never logged. */
  readonly s3SecretAccessKey?: string;
}

/** Uploads by HTTP. */
export interface HttpEndpointConfig extends ClassConfig {
  readonly serverAddress?: string;
  readonly announcedAddress?: string;
  /**
   * @asType integer
   * @minimum 0
   * @maximum 65535
   */
  readonly serverPort?: number;
}

/** The mixed picture. */
export interface CompositeConfig extends ClassConfig {
  /**
   * Pixels.
   * @asType integer
   * @minimum 1
   * @maximum 16384
   */
  readonly width?: number;
  /**
   * Pixels.
   * @asType integer
   * @minimum 1
   * @maximum 16384
   */
  readonly height?: number;
  /**
   * Frames per second.
   * @asType integer
   * @minimum 1
   * @maximum 1000
   */
  readonly framerate?: number;
}

/** Names of DiffServ marks, as in the API. */
export type DscpValue =
  | "NO_DSCP"
  | "NO_VALUE"
  | "AUDIO_VERYLOW"
  | "AUDIO_LOW"
  | "AUDIO_MEDIUM"
  | "AUDIO_HIGH"
  | "VIDEO_VERYLOW"
  | "VIDEO_LOW"
  | "VIDEO_MEDIUM"
  | "VIDEO_MEDIUM_THROUGHPUT"
  | "VIDEO_HIGH"
  | "VIDEO_HIGH_THROUGHPUT"
  | "DATA_VERYLOW"
  | "DATA_LOW"
  | "DATA_MEDIUM"
  | "DATA_HIGH"
  | "CHROME_HIGH"
  | "CHROME_MEDIUM"
  | "CHROME_LOW"
  | "CHROME_VERYLOW"
  | "CS0"
  | "CS1"
  | "CS2"
  | "CS3"
  | "CS4"
  | "CS5"
  | "CS6"
  | "CS7"
  | "AF11"
  | "AF12"
  | "AF13"
  | "AF21"
  | "AF22"
  | "AF23"
  | "AF31"
  | "AF32"
  | "AF33"
  | "AF41"
  | "AF42"
  | "AF43"
  | "EF"
  | "VOICEADMIT"
  | "LE";
