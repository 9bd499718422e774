#include <kms/srtp/keys.hpp>

#include <algorithm>

namespace kms::srtp {
namespace {

constexpr std::array<ProfileInfo, 6> kProfiles{{
    {Profile::kAes128CmSha1_80, "SRTP_AES128_CM_SHA1_80", "AES_CM_128_HMAC_SHA1_80", "AES-128-CTR",
     "AES-128-CTR", 16, 14, 10, 10, false},
    {Profile::kAes128CmSha1_32, "SRTP_AES128_CM_SHA1_32", "AES_CM_128_HMAC_SHA1_32", "AES-128-CTR",
     "AES-128-CTR", 16, 14, 4, 10, false},
    {Profile::kAes256CmSha1_80, "", "AES_256_CM_HMAC_SHA1_80", "AES-256-CTR", "AES-256-CTR", 32, 14,
     10, 10, false},
    {Profile::kAes256CmSha1_32, "", "AES_256_CM_HMAC_SHA1_32", "AES-256-CTR", "AES-256-CTR", 32, 14,
     4, 10, false},
    {Profile::kAeadAes128Gcm, "SRTP_AEAD_AES_128_GCM", "AEAD_AES_128_GCM", "AES-128-GCM",
     "AES-128-CTR", 16, 12, 16, 16, true},
    {Profile::kAeadAes256Gcm, "SRTP_AEAD_AES_256_GCM", "AEAD_AES_256_GCM", "AES-256-GCM",
     "AES-256-CTR", 32, 12, 16, 16, true},
}};

template <typename Predicate>
const ProfileInfo* findRow(Predicate predicate) {
  const auto* row = std::find_if(kProfiles.begin(), kProfiles.end(), predicate);
  return row == kProfiles.end() ? nullptr : row;
}

}  // namespace

std::span<const ProfileInfo> profiles() {
  return kProfiles;
}

const ProfileInfo* findProfile(Profile profile) {
  return findRow([profile](const ProfileInfo& row) { return row.profile == profile; });
}

const ProfileInfo* findProfile(std::string_view name) {
  if (name.empty()) {
    return nullptr;
  }
  return findRow(
      [name](const ProfileInfo& row) { return row.dtlsName == name || row.suiteName == name; });
}

std::optional<Keys> Keys::fromMaterial(Profile profile, std::span<const std::uint8_t> material) {
  const ProfileInfo* info = findProfile(profile);
  if (info == nullptr || material.size() != std::size_t{info->keyLength} + info->saltLength) {
    return std::nullopt;
  }
  Keys keys;
  keys.profile = profile;
  std::ranges::copy(material.first(info->keyLength), keys.masterKey.begin());
  std::ranges::copy(material.subspan(info->keyLength), keys.masterSalt.begin());
  return keys;
}

}  // namespace kms::srtp
