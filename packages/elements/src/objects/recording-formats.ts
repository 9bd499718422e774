// What each recording profile takes (api.md B11).
import type { Format, Medium } from "@kms/core";
import type { MediaProfileSpecType } from "../generated/types.js";

type Tracks = Readonly<Partial<Record<Medium, readonly Format[]>>>;

const VP8 = video("VP8");
const OPUS = audio("OPUS", 48000, 2);
/** Whatever its rate and channels; what is encoded for a recording has 48 kHz and two. */
const AAC = audio("AAC", 0, 0);
/** Any profile goes into a file as it is; the first is what pictures of other codecs become. */
const H264: readonly Format[] = ["42e01f", "42001f", "4d001f", "640c1f", "64001f"].map((id) =>
  video("H264", { "packetization-mode": "1", "profile-level-id": id }),
);

const WEBM: Tracks = { audio: [OPUS], video: [VP8] };
const MPEG4: Tracks = { audio: [AAC], video: H264 };
const ANY: Tracks = {
  audio: [OPUS, AAC, audio("PCMU", 8000, 1), audio("PCMA", 8000, 1)],
  video: [VP8, video("VP9"), ...H264, video("H265"), video("AV1")],
};

const TRACKS: Readonly<Record<MediaProfileSpecType, Tracks>> = {
  WEBM,
  WEBM_VIDEO_ONLY: { video: WEBM.video ?? [] },
  WEBM_AUDIO_ONLY: { audio: WEBM.audio ?? [] },
  MKV: MPEG4,
  MKV_VIDEO_ONLY: { video: H264 },
  MKV_AUDIO_ONLY: { audio: [AAC] },
  MP4: MPEG4,
  MP4_VIDEO_ONLY: { video: H264 },
  MP4_AUDIO_ONLY: { audio: [AAC] },
  FLV: MPEG4,
  JPEG_VIDEO_ONLY: { video: [video("JPEG")] },
  KURENTO_SPLIT_RECORDER: ANY,
};

/** Formats that the profile records as they are, best first; others are converted to the first. None: not recorded. */
export function recordedFormats(profile: MediaProfileSpecType, medium: Medium): readonly Format[] {
  return TRACKS[profile][medium] ?? [];
}

function video(codec: string, parameters: Format["parameters"] = {}): Format {
  return { codec, clockRate: 90000, channels: 0, parameters };
}

function audio(codec: string, clockRate: number, channels: number): Format {
  return { codec, clockRate, channels, parameters: {} };
}
