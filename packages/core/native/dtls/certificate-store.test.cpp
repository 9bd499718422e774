#include <kms/base/error.hpp>
#include <kms/dtls/certificate-store.hpp>

#include <gtest/gtest.h>

namespace kms::dtls {
namespace {

/// The text that a wrong PEM is refused with.
std::string refusal(const CertificatePems& pems) {
  try {
    const CertificateStore store(pems);
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), static_cast<int>(ErrorCode::kIllegalParam));
    return error.what();
  }
}

TEST(DtlsCertificateStore, makesOneOfEachKindAndKeepsIt) {
  CertificateStore store;
  const Certificate rsa = store.get(KeyType::kRsa2048);
  const Certificate ecdsa = store.get(KeyType::kEcdsaP256);
  EXPECT_EQ(rsa.keyType(), KeyType::kRsa2048);
  EXPECT_EQ(ecdsa.keyType(), KeyType::kEcdsaP256);
  EXPECT_EQ(store.get(KeyType::kRsa2048).fingerprint(), rsa.fingerprint());
  EXPECT_NE(rsa.fingerprint(), ecdsa.fingerprint());
}

TEST(DtlsCertificateStore, makesThemAheadOnAThreadOfItsOwn) {
  CertificateStore store;
  store.prepare();
  store.prepare();
  EXPECT_EQ(store.get(KeyType::kRsa2048).fingerprint(), store.get(KeyType::kRsa2048).fingerprint());
}

TEST(DtlsCertificateStore, usesThoseThatAreGiven) {
  const Certificate given = Certificate::generate(KeyType::kEcdsaP256);
  CertificateStore store({.rsa = "", .ecdsa = given.pem()});
  EXPECT_EQ(store.get(KeyType::kEcdsaP256).fingerprint(), given.fingerprint());
  EXPECT_EQ(store.get(KeyType::kRsa2048).keyType(), KeyType::kRsa2048);
}

TEST(DtlsCertificateStore, refusesWhatCannotBeUsedNamingTheSetting) {
  const std::string ecdsa = Certificate::generate(KeyType::kEcdsaP256).pem();
  EXPECT_EQ(refusal({.rsa = ecdsa, .ecdsa = ""}), "pemCertificateRSA: the key is not one for RSA");
  EXPECT_NE(refusal({.rsa = "", .ecdsa = "nonsense"}).find("pemCertificateECDSA: "),
            std::string::npos);
  EXPECT_EQ(refusal({.rsa = "", .ecdsa = ecdsa}), "");
}

TEST(DtlsCertificateStore, tellsStatisticsOfACertificate) {
  const Certificate certificate = Certificate::generate();
  const CertificateInfo info = certificate.info();
  EXPECT_EQ(info.fingerprint, certificate.fingerprint());
  EXPECT_EQ(info.base64.substr(0, 3), "MII");  // a DER sequence longer than 255 bytes
  EXPECT_EQ(info.base64.size() % 4, 0U);
}

}  // namespace
}  // namespace kms::dtls
