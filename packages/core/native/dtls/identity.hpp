// A certificate, its key, and the OpenSSL context that all sessions of the certificate share.
#pragma once

#include "openssl.hpp"

#include <memory>

namespace kms::dtls {

struct Identity {
  X509Ptr certificate;
  KeyPtr key;
  ContextPtr context;
};

/// Decides about the peer's certificate during the handshake. Set as the application data of each
/// SSL object.
class PeerVerifier {
 public:
  virtual ~PeerVerifier() = default;
  [[nodiscard]] virtual bool acceptsPeer(const X509* certificate) const = 0;
  /// The wait in microseconds that follows one of `previous`; 0: the first.
  [[nodiscard]] virtual unsigned nextTimeout(unsigned previous) const = 0;
};

/// Completes the identity with a context. Throws kms::Error when certificate and key do not fit.
[[nodiscard]] std::shared_ptr<const Identity> makeIdentity(X509Ptr certificate, KeyPtr key);

}  // namespace kms::dtls
