// Session keys of one packet kind and their derivation from the master keys (RFC 3711 4.3).
#pragma once

#include <kms/base/export.hpp>
#include <kms/srtp/keys.hpp>

#include <array>
#include <cstdint>
#include <span>

namespace kms::srtp {

inline constexpr std::size_t kAuthKeyLength = 20;

/// Labels of the key derivation (RFC 3711 4.3.1, 4.3.2).
enum class Label : std::uint8_t {
  kRtpKey = 0,
  kRtpAuth = 1,
  kRtpSalt = 2,
  kRtcpKey = 3,
  kRtcpAuth = 4,
  kRtcpSalt = 5,
};

/// Session keys; wiped when they go out of scope.
struct SessionKeys {
  std::array<std::uint8_t, kMaxMasterKey> key{};
  std::array<std::uint8_t, kMaxMasterSalt> salt{};
  std::array<std::uint8_t, kAuthKeyLength> auth{};  ///< unused by AEAD profiles

  SessionKeys() = default;
  SessionKeys(const SessionKeys&) = default;
  SessionKeys& operator=(const SessionKeys&) = default;
  ~SessionKeys();
};

/// Fills `out` from the pseudo-random function of the profile with key derivation rate 0 (RFC
/// 3711 4.3.3, RFC 7714 11).
void derive(const ProfileInfo& info, const Keys& keys, Label label, std::span<std::uint8_t> out);
[[nodiscard]] SessionKeys deriveRtpKeys(const ProfileInfo& info, const Keys& keys);
[[nodiscard]] SessionKeys deriveRtcpKeys(const ProfileInfo& info, const Keys& keys);

}  // namespace kms::srtp
