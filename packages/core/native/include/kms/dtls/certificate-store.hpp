// The certificates of a process: one for each kind of key, given or made.
#pragma once

#include <kms/base/export.hpp>
#include <kms/dtls/certificate.hpp>

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace kms::dtls {

/// PEM texts with certificate and private key; empty: one is made.
struct CertificatePems {
  std::string rsa;
  std::string ecdsa;
};

/// All methods on any thread.
class KMS_API CertificateStore {
 public:
  /// Throws kms::Error (kIllegalParam) naming the PEM that is damaged, or has a key of another
  /// kind.
  explicit CertificateStore(const CertificatePems& pems = {});
  ~CertificateStore();
  CertificateStore(const CertificateStore&) = delete;
  CertificateStore& operator=(const CertificateStore&) = delete;

  /// Makes the certificate at its first use, which takes a moment for RSA (some 100 ms). Throws
  /// kms::Error (kUnexpected) when OpenSSL fails.
  [[nodiscard]] Certificate get(KeyType type);
  /// Makes what is missing on a thread of its own, so that get() need not. Once.
  void prepare();

 private:
  struct Slot {
    std::mutex mutex;
    std::optional<Certificate> certificate;
  };

  [[nodiscard]] Slot& slot(KeyType type) { return m_slots[static_cast<std::size_t>(type)]; }

  std::array<Slot, 2> m_slots;  // by key type
  std::thread m_maker;
};

}  // namespace kms::dtls
