// SRTP keys of a finished handshake (RFC 5764 4.2).
#pragma once

#include "openssl.hpp"

#include <kms/dtls/session.hpp>
#include <kms/srtp/keys.hpp>

#include <optional>
#include <string>

namespace kms::dtls {

struct SrtpKeyPair {
  srtp::Keys outbound;
  srtp::Keys inbound;
};

/// The keys; empty when the peers agreed on no SRTP profile.
[[nodiscard]] std::optional<SrtpKeyPair> exportSrtpKeys(SSL* ssl, Role role);
/// OpenSSL's list of profile names. Throws kms::Error (kIllegalParam) for a profile that DTLS
/// cannot negotiate.
[[nodiscard]] std::string profileList(const std::vector<srtp::Profile>& profiles);

}  // namespace kms::dtls
