// Helpers of the SRTP tests: hexadecimal text, keys and packets.
#pragma once

#include <kms/srtp/keys.hpp>

#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kms::srtp::testing {

using Bytes = std::vector<std::uint8_t>;

/// Bytes of hexadecimal digits; blanks are ignored.
inline Bytes fromHex(std::string_view text) {
  Bytes out;
  std::string digits;
  for (const char c : text) {
    if (c != ' ') {
      digits += c;
    }
  }
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(
        static_cast<std::uint8_t>(std::strtoul(digits.substr(i, 2).c_str(), nullptr, 16)));
  }
  return out;
}

/// Keys whose bytes count up from `seed`.
inline Keys makeKeys(Profile profile, std::uint8_t seed = 1) {
  const ProfileInfo* info = findProfile(profile);
  Bytes material(std::size_t{info->keyLength} + info->saltLength);
  std::iota(material.begin(), material.end(), seed);
  return Keys::fromMaterial(profile, material).value();
}

struct RtpOptions {
  std::uint32_t ssrc = 0x11223344;
  std::size_t payload = 100;
  std::uint8_t csrcs = 0;
  std::uint16_t extensionWords = 0;
};

inline void append16(Bytes& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

inline void append32(Bytes& out, std::uint32_t value) {
  append16(out, value >> 16U);
  append16(out, value & 0xffffU);
}

/// An RTP packet whose payload depends on its sequence number.
inline Bytes makeRtp(std::uint16_t sequence, const RtpOptions& options = {}) {
  Bytes out{
      static_cast<std::uint8_t>(0x80U | options.csrcs | (options.extensionWords > 0 ? 0x10U : 0U)),
      96};
  append16(out, sequence);
  append32(out, sequence * 3000U);
  append32(out, options.ssrc);
  for (std::uint32_t i = 0; i < options.csrcs; ++i) {
    append32(out, 0xc0000000U + i);
  }
  if (options.extensionWords > 0) {
    append16(out, 0xbede);
    append16(out, options.extensionWords);
    out.resize(out.size() + 4 * std::size_t{options.extensionWords}, 0x10);
  }
  for (std::size_t i = 0; i < options.payload; ++i) {
    out.push_back(static_cast<std::uint8_t>(i * 7 + sequence));
  }
  return out;
}

inline std::size_t headerLength(const RtpOptions& options) {
  return 12 + 4 * std::size_t{options.csrcs} +
         (options.extensionWords > 0 ? 4 + 4 * std::size_t{options.extensionWords} : 0);
}

/// A receiver report followed by a PLI, from that SSRC.
inline Bytes makeRtcp(std::uint32_t ssrc = 0x11223344) {
  Bytes out{0x81, 201, 0, 7};
  append32(out, ssrc);
  for (std::uint32_t i = 0; i < 6; ++i) {
    append32(out, 0x01010101U * i);
  }
  out.insert(out.end(), {0x81, 206, 0, 2});
  append32(out, ssrc);
  append32(out, 0x55667788);
  return out;
}

}  // namespace kms::srtp::testing
