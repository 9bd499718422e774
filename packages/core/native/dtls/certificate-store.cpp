#include <kms/base/error.hpp>
#include <kms/dtls/certificate-store.hpp>

namespace kms::dtls {

namespace {

Certificate read(const std::string& pem, KeyType type, const char* setting) {
  try {
    Certificate certificate = Certificate::fromPem(pem);
    if (certificate.keyType() == type) return certificate;
  } catch (const Error& error) {
    throw Error(ErrorCode::kIllegalParam, std::string(setting) + ": " + error.what());
  }
  const char* wanted = type == KeyType::kRsa2048 ? "RSA" : "ECDSA";
  throw Error(ErrorCode::kIllegalParam,
              std::string(setting) + ": the key is not one for " + wanted);
}

}  // namespace

CertificateStore::CertificateStore(const CertificatePems& pems) {
  if (!pems.rsa.empty()) {
    slot(KeyType::kRsa2048).certificate = read(pems.rsa, KeyType::kRsa2048, "pemCertificateRSA");
  }
  if (!pems.ecdsa.empty()) {
    slot(KeyType::kEcdsaP256).certificate =
        read(pems.ecdsa, KeyType::kEcdsaP256, "pemCertificateECDSA");
  }
}

CertificateStore::~CertificateStore() {
  if (m_maker.joinable()) m_maker.join();
}

Certificate CertificateStore::get(KeyType type) {
  Slot& slot = this->slot(type);
  const std::scoped_lock lock(slot.mutex);
  if (!slot.certificate) slot.certificate = Certificate::generate(type);
  return *slot.certificate;
}

void CertificateStore::prepare() {
  if (m_maker.joinable()) return;
  m_maker = std::thread([this] {
    try {
      for (const KeyType type : {KeyType::kEcdsaP256, KeyType::kRsa2048}) (void)get(type);
    } catch (const Error&) {
      return;  // who needs it will be told
    }
  });
}

}  // namespace kms::dtls
