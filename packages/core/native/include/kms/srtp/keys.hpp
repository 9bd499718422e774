// SRTP protection profiles and the master keys of one direction.
#pragma once

#include <kms/base/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kms::srtp {

/// Protection profiles (RFC 5764 4.1.2, RFC 7714 14.2, RFC 6188). The values are stable: they are
/// kept in saved records.
enum class Profile : std::uint8_t {
  kAes128CmSha1_80 = 1,
  kAes128CmSha1_32 = 2,
  kAes256CmSha1_80 = 3,  ///< SDES only: has no DTLS-SRTP name
  kAes256CmSha1_32 = 4,  ///< SDES only: has no DTLS-SRTP name
  kAeadAes128Gcm = 5,
  kAeadAes256Gcm = 6,
};

inline constexpr std::size_t kMaxMasterKey = 32;
inline constexpr std::size_t kMaxMasterSalt = 14;
/// Bytes that protection adds at most: the authentication tag, for RTCP also the index word.
inline constexpr std::size_t kMaxRtpOverhead = 16;
inline constexpr std::size_t kMaxRtcpOverhead = 20;

/// One row of the profile table; sizes in bytes.
struct ProfileInfo {
  Profile profile;
  std::string_view dtlsName;   ///< OpenSSL's name for use_srtp; empty when DTLS cannot negotiate it
  std::string_view suiteName;  ///< SDES crypto suite (RFC 4568 6.2, RFC 6188, RFC 7714)
  const char* cipher;          ///< OpenSSL's name of the packet cipher
  const char* derivationCipher;  ///< OpenSSL's name of the cipher of the key derivation
  std::uint8_t keyLength;
  std::uint8_t saltLength;
  std::uint8_t rtpTagLength;
  std::uint8_t rtcpTagLength;
  bool aead;
};

/// All supported profiles.
[[nodiscard]] KMS_API std::span<const ProfileInfo> profiles();
/// The row of `profile`; null when the value is none of the enumeration (a damaged record). Any
/// thread.
[[nodiscard]] KMS_API const ProfileInfo* findProfile(Profile profile);
/// The row with that DTLS name or SDES suite name (case-sensitive); null when unknown. Any thread.
[[nodiscard]] KMS_API const ProfileInfo* findProfile(std::string_view name);

/// Master key and salt of one direction. Plain value of fixed layout; bytes past the profile's
/// lengths are zero.
struct Keys {
  Profile profile = Profile::kAeadAes128Gcm;
  std::array<std::uint8_t, kMaxMasterKey> masterKey{};
  std::array<std::uint8_t, kMaxMasterSalt> masterSalt{};

  bool operator==(const Keys&) const = default;

  /// Keys from key bytes followed by salt bytes (the `inline:` value of SDES). Empty when the
  /// length is not the profile's.
  [[nodiscard]] KMS_API static std::optional<Keys> fromMaterial(
      Profile profile, std::span<const std::uint8_t> material);
};

}  // namespace kms::srtp
