#include <kms/media/format.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace kms::media {

namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

int notNegative(const Value& value, std::string_view key) {
  const int number = value.get<int>(key, 0);
  if (number >= 0) return number;
  throw Error(ErrorCode::kMarshall, "'" + std::string(key) + "' should not be negative");
}

}  // namespace

std::string_view toText(Medium medium) {
  constexpr std::array kNames = {"audio", "video", "data"};
  return kNames[static_cast<std::size_t>(medium)];
}

Medium mediumFromText(std::string_view text) {
  for (const Medium medium : kLinkedMedia) {
    if (toText(medium) == text) return medium;
  }
  throw Error(ErrorCode::kMarshall,
              "medium '" + std::string(text) + "' should be 'audio', 'video' or 'data'");
}

Value Format::toValue() const {
  Map fmtp;
  for (const auto& [name, value] : parameters) fmtp.emplace(name, value);
  return Map{{"codec", codec},
             {"clockRate", clockRate},
             {"channels", channels},
             {"parameters", std::move(fmtp)}};
}

Format Format::fromValue(const Value& value) {
  Format format;
  format.codec = upper(value.at("codec").as<std::string>());
  format.clockRate = notNegative(value, "clockRate");
  format.channels = notNegative(value, "channels");
  const Value& fmtp = value.get("parameters");
  if (fmtp.isNull()) return format;
  for (const auto& [name, text] : fmtp.map()) format.parameters.emplace(lower(name), text.text());
  return format;
}

}  // namespace kms::media
