#include <kms/router/codec-parameters.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace kms::router {

namespace {

std::string parameter(const media::Format& format, const char* name, std::string_view fallback) {
  const auto found = format.parameters.find(name);
  std::string value(found == format.parameters.end() ? fallback : std::string_view(found->second));
  std::ranges::transform(value, value.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? char(c + 32) : c; });
  return value;
}

bool sameCodec(const media::Format& a, const media::Format& b) {
  const auto channels = [](const media::Format& format) { return std::max(format.channels, 1); };
  return a.codec == b.codec && a.clockRate == b.clockRate && channels(a) == channels(b);
}

/// RFC 6184 8.2.2: the mode and the profile (the level may differ) make a H264 payload type.
bool sameProfile(const media::Format& a, const media::Format& b) {
  const auto profile = [](const media::Format& format) {
    return parameter(format, "profile-level-id", "42000a").substr(0, 2);
  };
  const auto mode = [](const media::Format& format) {
    return parameter(format, "packetization-mode", "0");
  };
  const auto generation = [](const media::Format& format) {
    return parameter(format, "profile-id", "0");
  };
  if (a.codec == "H264") return mode(a) == mode(b) && profile(a) == profile(b);
  return generation(a) == generation(b);
}

}  // namespace

const CodecParameters* findCodec(const std::vector<CodecParameters>& codecs,
                                 const media::Format& format) {
  const CodecParameters* found = nullptr;
  for (const CodecParameters& codec : codecs) {
    if (!sameCodec(codec.format, format)) continue;
    if (sameProfile(codec.format, format)) return &codec;
    if (found == nullptr) found = &codec;
  }
  return found;
}

}  // namespace kms::router
