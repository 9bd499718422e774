#include "fingerprint.hpp"
#include "identity.hpp"
#include "test-support.hpp"

#include <kms/base/error.hpp>
#include <kms/dtls/certificate.hpp>

#include <gtest/gtest.h>

namespace kms::dtls {
namespace {

using testing::ecdsaCertificate;

std::string subjectOf(const Certificate& certificate) {
  std::array<char, 64> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.identity().certificate.get()),
                            NID_commonName, name.data(), name.size());
  return name.data();
}

TEST(DtlsCertificate, isSelfSignedForKurentoWithAnEcdsaKey) {
  const Identity& identity = ecdsaCertificate(0).identity();
  EXPECT_EQ(subjectOf(ecdsaCertificate(0)), "Kurento");
  EXPECT_EQ(X509_verify(identity.certificate.get(), identity.key.get()), 1);
  EXPECT_EQ(EVP_PKEY_get_base_id(identity.key.get()), EVP_PKEY_EC);
  EXPECT_EQ(EVP_PKEY_get_bits(identity.key.get()), 256);
  EXPECT_NE(ecdsaCertificate(0).fingerprint(), ecdsaCertificate(1).fingerprint());
}

TEST(DtlsCertificate, writesFingerprintsAsSdpDoes) {
  const std::string text = ecdsaCertificate(0).fingerprint();
  EXPECT_EQ(text.size(), 32 * 3 - 1U);
  EXPECT_EQ(text.find_first_not_of("0123456789ABCDEF:"), std::string::npos);
  for (const auto& [algorithm, bytes] : {std::pair("sha-1", 20U), std::pair("SHA-224", 28U),
                                         std::pair("sha-384", 48U), std::pair("sha-512", 64U)}) {
    EXPECT_EQ(ecdsaCertificate(0).fingerprint(algorithm).size(), bytes * 3 - 1) << algorithm;
  }
  EXPECT_THROW((void)ecdsaCertificate(0).fingerprint("md5"), Error);
}

TEST(DtlsCertificate, comesBackFromItsPem) {
  for (const KeyType type : {KeyType::kEcdsaP256, KeyType::kRsa2048}) {
    const Certificate original = Certificate::generate(type);
    EXPECT_EQ(Certificate::fromPem(original.pem()).fingerprint(), original.fingerprint());
  }
}

TEST(DtlsCertificate, acceptsTheKeyAheadOfTheCertificate) {
  const std::string pem = ecdsaCertificate(0).pem();
  const std::size_t key = pem.find("-----BEGIN PRIVATE KEY");
  const std::string turned = pem.substr(key) + pem.substr(0, key);
  EXPECT_EQ(Certificate::fromPem(turned).fingerprint(), ecdsaCertificate(0).fingerprint());
}

TEST(DtlsCertificate, refusesIncompleteOrMixedPem) {
  const std::string first = ecdsaCertificate(0).pem();
  const std::string second = ecdsaCertificate(1).pem();
  const std::size_t key = first.find("-----BEGIN PRIVATE KEY");
  const std::string certificateOnly = first.substr(0, key);
  const std::string encrypted = certificateOnly +
                                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                                "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n"
                                "-----END RSA PRIVATE KEY-----\n";
  for (const std::string& pem :
       {std::string(), std::string("garbage"), certificateOnly, first.substr(key),
        certificateOnly + second.substr(second.find("-----BEGIN PRIVATE")),
        first.substr(0, first.size() / 2), encrypted}) {
    try {
      (void)Certificate::fromPem(pem);
      ADD_FAILURE() << "accepted: " << pem;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), static_cast<int>(ErrorCode::kIllegalParam));
    }
  }
}

TEST(DtlsFingerprint, readsAnyCaseAndMatchesItsCertificateOnly) {
  std::string text = ecdsaCertificate(0).fingerprint();
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  const Fingerprint fingerprint = parseFingerprint("SHA-256", text);
  EXPECT_TRUE(fingerprint.matches(ecdsaCertificate(0).identity().certificate.get()));
  EXPECT_FALSE(fingerprint.matches(ecdsaCertificate(1).identity().certificate.get()));
  EXPECT_FALSE(fingerprint.matches(nullptr));
}

TEST(DtlsFingerprint, refusesMalformedText) {
  const std::string good = ecdsaCertificate(0).fingerprint("sha-1");
  EXPECT_NO_THROW((void)parseFingerprint("sha-1", good));
  std::string wrongDigit = good;
  wrongDigit[0] = 'G';
  std::string wrongSeparator = good;
  wrongSeparator[2] = '-';
  std::string sign = good;
  sign[0] = '-';
  for (const std::string& text :
       {std::string(), good.substr(1), good + ":00", good + ":", wrongDigit, wrongSeparator, sign,
        std::string(good.size(), '\0')}) {
    EXPECT_THROW((void)parseFingerprint("sha-1", text), Error) << text;
  }
  EXPECT_THROW((void)parseFingerprint("sha-256", good), Error);
  EXPECT_THROW((void)parseFingerprint("md5", good), Error);
  EXPECT_THROW((void)parseFingerprint("", good), Error);
}

}  // namespace
}  // namespace kms::dtls
