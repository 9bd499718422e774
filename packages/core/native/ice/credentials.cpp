#include <kms/base/error.hpp>
#include <kms/ice/credentials.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace kms::ice {

namespace {

constexpr std::string_view kIceChars =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kUfragLength = 8;
constexpr std::size_t kPwdLength = 24;
constexpr std::size_t kMaxLength = 256;  // RFC 8839 5.4

std::string draw(const RandomSource& random, std::size_t length) {
  std::array<std::uint8_t, kPwdLength> octets{};
  random(std::span(octets).first(length));
  std::string text(length, ' ');
  std::transform(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(length), text.begin(),
                 [](std::uint8_t octet) { return kIceChars[octet % kIceChars.size()]; });
  return text;
}

void validateField(const std::string& value, const std::string& field) {
  const auto isUsable = [](char c) { return c > ' ' && c <= '~' && c != ':'; };
  if (value.empty() || value.size() > kMaxLength ||
      !std::all_of(value.begin(), value.end(), isUsable)) {
    throw Error(ErrorCode::kIllegalParam, field + " is not 1 to 256 ICE characters");
  }
}

}  // namespace

Credentials Credentials::generate(const RandomSource& random) {
  Credentials result;
  result.ufrag = draw(random, kUfragLength);
  result.pwd = draw(random, kPwdLength);
  return result;
}

void Credentials::validate(const char* side) const {
  validateField(ufrag, std::string(side) + " ice-ufrag");
  validateField(pwd, std::string(side) + " ice-pwd");
}

RandomSource secureRandom() {
  return [](std::span<std::uint8_t> out) {
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) {
      throw Error(ErrorCode::kUnexpected, "OpenSSL has no random numbers");
    }
  };
}

std::uint64_t random64(const RandomSource& random) {
  std::array<std::uint8_t, 8> octets{};
  random(octets);
  std::uint64_t number = 0;
  std::memcpy(&number, octets.data(), sizeof number);
  return number;
}

}  // namespace kms::ice
