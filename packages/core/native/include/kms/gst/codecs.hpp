// The table of codecs: their names in SDP and in caps, and the GStreamer elements that handle them.
#pragma once

#include <kms/gst/ptr.hpp>
#include <kms/media/format.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kms::gst {

/// An encoder: a launch fragment, and how its bitrate is set.
struct Encoder {
  std::string fragment;         ///< element with properties; starts with the factory's name
  const char* bitrateProperty;  ///< null when it has none
  int bitsPerUnit;              ///< of the bitrate property
  const char* input;            ///< caps that the encoder is given
  bool needsEvenSize = false;   ///< width and height
};

/// One codec. Fragments are gst-launch text; empty where GStreamer has nothing.
struct Codec {
  const char* name;  ///< as in media::Format
  media::Medium medium;
  int clockRate;
  const char* encodingName;  ///< in RTP caps
  const char* caps;          ///< of frames, as we pass them between pipelines
  const char* parser;
  const char* depayloader;
  const char* payloader;
  std::vector<std::string> decoders;  ///< in order of preference
  std::vector<Encoder> encoders;      ///< in order of preference
};

/// The row of that codec, or null. RAW has none.
[[nodiscard]] KMS_API const Codec* findCodec(std::string_view name);
/// The first decoder or encoder that is installed. Throws Error 40108 naming the codec.
[[nodiscard]] KMS_API const std::string& decoderOf(const Codec& codec);
[[nodiscard]] KMS_API const Encoder& encoderOf(const Codec& codec);
/// Format of frames with these caps; empty for caps of no codec in the table.
[[nodiscard]] KMS_API std::optional<media::Format> formatOf(const GstCaps* caps);
/// Caps of all frames of a medium that formatOf knows, RAW included.
[[nodiscard]] KMS_API CapsPtr capsOfAll(media::Medium medium);
/// Caps of frames of that format, as passed between pipelines.
[[nodiscard]] KMS_API std::string frameCaps(media::Medium medium, std::string_view codec);
/// Payload type of all packets inside GStreamer: depayloaders want a dynamic one in the caps, and
/// which number a peer uses means nothing there.
inline constexpr std::uint8_t kBridgePayloadType = 96;

/// application/x-rtp caps of that format, with the bridge's payload type. Throws Error 40108 when
/// it cannot be depayloaded.
[[nodiscard]] KMS_API CapsPtr rtpCaps(media::Medium medium, const media::Format& format);
/// True when an element factory of that name is installed.
[[nodiscard]] KMS_API bool isInstalled(const std::string& factory);

}  // namespace kms::gst
