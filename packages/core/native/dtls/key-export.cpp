#include "key-export.hpp"

#include <openssl/crypto.h>
#include <openssl/srtp.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kms::dtls {
namespace {

constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
constexpr std::size_t kMaxMaterial = 2 * (srtp::kMaxMasterKey + srtp::kMaxMasterSalt);

/// Material is client key, server key, client salt, server salt.
srtp::Keys cut(const srtp::ProfileInfo& info, std::span<const std::uint8_t> material, bool client) {
  srtp::Keys keys{.profile = info.profile};
  const auto key = material.subspan(client ? 0 : info.keyLength, info.keyLength);
  const auto salts = material.subspan(2 * std::size_t{info.keyLength});
  const auto salt = salts.subspan(client ? 0 : info.saltLength, info.saltLength);
  std::ranges::copy(key, keys.masterKey.begin());
  std::ranges::copy(salt, keys.masterSalt.begin());
  return keys;
}

}  // namespace

std::optional<SrtpKeyPair> exportSrtpKeys(SSL* ssl, Role role) {
  const SRTP_PROTECTION_PROFILE* selected = SSL_get_selected_srtp_profile(ssl);
  const srtp::ProfileInfo* info =
      selected == nullptr ? nullptr : srtp::findProfile(std::string_view(selected->name));
  if (info == nullptr) {
    return std::nullopt;
  }
  std::array<std::uint8_t, kMaxMaterial> material{};
  const std::size_t length = 2 * (std::size_t{info->keyLength} + info->saltLength);
  require(SSL_export_keying_material(ssl, material.data(), length, kLabel.data(), kLabel.size(),
                                     nullptr, 0, 0) == 1,
          "SSL_export_keying_material");
  SrtpKeyPair pair{cut(*info, material, true), cut(*info, material, false)};
  OPENSSL_cleanse(material.data(), material.size());
  if (role == Role::kServer) {
    std::swap(pair.outbound, pair.inbound);
  }
  return pair;
}

std::string profileList(const std::vector<srtp::Profile>& profiles) {
  std::string list;
  for (const srtp::Profile profile : profiles) {
    const srtp::ProfileInfo* info = srtp::findProfile(profile);
    if (info == nullptr || info->dtlsName.empty()) {
      throw Error(ErrorCode::kIllegalParam, "DTLS cannot negotiate SRTP profile " +
                                                std::to_string(static_cast<int>(profile)));
    }
    list += (list.empty() ? "" : ":") + std::string(info->dtlsName);
  }
  return list;
}

}  // namespace kms::dtls
