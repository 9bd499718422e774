// One payload type of a negotiated stream.
#pragma once

#include <kms/base/export.hpp>
#include <kms/media/format.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace kms::router {

/// A codec under its payload type, with the feedback that was negotiated for it.
struct CodecParameters {
  std::uint8_t payloadType = 0;  ///< 0..127
  media::Format format;
  bool nack = false;
  bool pli = false;
  bool fir = false;
  bool transportCc = false;
  bool remb = false;
  std::optional<std::uint8_t> rtx;  ///< payload type of its retransmissions (RFC 4588), 0..127

  bool operator==(const CodecParameters&) const = default;
};

/// The entry of `codecs` for media of `format`: the same codec and clock rate, H264 with the same
/// packetization mode and profile if there is one. Null when the codec is not among them.
[[nodiscard]] KMS_API const CodecParameters* findCodec(const std::vector<CodecParameters>& codecs,
                                                       const media::Format& format);

}  // namespace kms::router
