// What a stream carries: its medium and its codec, in the words of SDP.
#pragma once

#include <kms/base/value.hpp>

#include <map>
#include <string>
#include <string_view>

namespace kms::media {

enum class Medium { kAudio, kVideo, kData };

/// Those that have codecs and are carried as RTP or frames.
inline constexpr Medium kMedia[] = {Medium::kAudio, Medium::kVideo};
/// All that native objects can be linked by.
inline constexpr Medium kLinkedMedia[] = {Medium::kAudio, Medium::kVideo, Medium::kData};

/// "audio", "video" or "data".
[[nodiscard]] KMS_API std::string_view toText(Medium medium);
/// The reverse of toText. Throws Error 40001 naming `text` when it is none of them.
[[nodiscard]] KMS_API Medium mediumFromText(std::string_view text);

/// A codec with its parameters. Plain value, any thread.
struct KMS_API Format {
  /// "VP8", "VP9", "AV1", "H264", "H265", "OPUS", "PCMU", "PCMA", "AAC", or "RAW" for decoded
  /// media.
  std::string codec;
  int clockRate = 0;  ///< RTP clock in Hz; 0 when it does not matter (frames)
  int channels = 0;   ///< audio channels; 0 for video
  std::map<std::string, std::string> parameters{};  ///< as in a=fmtp, names in lower case

  bool operator==(const Format&) const = default;

  [[nodiscard]] bool isRaw() const { return codec == "RAW"; }
  /// {codec, clockRate, channels, parameters}.
  [[nodiscard]] Value toValue() const;
  /// Reads what toValue writes; the codec in any case, all but the codec may be absent. Throws
  /// Error 40001 naming the member that is wrong.
  [[nodiscard]] static Format fromValue(const Value& value);
};

}  // namespace kms::media
