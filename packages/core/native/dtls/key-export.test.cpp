// The order of the exported material, which two sessions of ours could get wrong alike.
#include "key-export.hpp"

#include "datagram-bio.hpp"
#include "identity.hpp"
#include "test-support.hpp"

#include <gtest/gtest.h>

namespace kms::dtls {
namespace {

using testing::Bytes;
using testing::ecdsaCertificate;

class AcceptAll final : public PeerVerifier {
 public:
  bool acceptsPeer(const X509* /*certificate*/) const override { return true; }
  unsigned nextTimeout(unsigned /*previous*/) const override { return 1'000'000; }
};

/// One end of a handshake on OpenSSL alone.
struct End {
  End(const Certificate& certificate, PeerVerifier& verifier, const char* profiles)
      : ssl(SSL_new(certificate.identity().context.get())) {
    SSL_set_app_data(ssl.get(), &verifier);
    EXPECT_EQ(SSL_set_tlsext_use_srtp(ssl.get(), profiles), 0);
    BIO* bio = makeDatagramBio(queue).release();
    SSL_set_bio(ssl.get(), bio, bio);
    SSL_set_mtu(ssl.get(), 1200);
  }
  void step(End& other) {
    SSL_do_handshake(ssl.get());
    while (queue.hasOutgoing()) {
      const Bytes datagram = queue.takeOutgoing();
      other.queue.setIncoming(datagram);
      SSL_do_handshake(other.ssl.get());
    }
  }
  Bytes material(std::size_t length) const {
    static constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
    Bytes out(length);
    EXPECT_EQ(SSL_export_keying_material(ssl.get(), out.data(), length, kLabel.data(),
                                         kLabel.size(), nullptr, 0, 0),
              1);
    return out;
  }

  DatagramQueue queue{1200};
  SslPtr ssl;
};

class KeyExport : public ::testing::TestWithParam<srtp::Profile> {};

TEST_P(KeyExport, cutsTheMaterialInTheOrderOfRfc5764) {
  const srtp::ProfileInfo& info = *srtp::findProfile(GetParam());
  AcceptAll verifier;
  End client(ecdsaCertificate(0), verifier, info.dtlsName.data());
  End server(ecdsaCertificate(1), verifier, info.dtlsName.data());
  SSL_set_connect_state(client.ssl.get());
  SSL_set_accept_state(server.ssl.get());
  for (int i = 0; i < 4; ++i) {
    client.step(server);
    server.step(client);
  }
  const std::size_t key = info.keyLength;
  const std::size_t salt = info.saltLength;
  const Bytes material = client.material(2 * (key + salt));
  const auto part = [&](std::size_t at, std::size_t length) {
    const auto begin = material.begin() + static_cast<std::ptrdiff_t>(at);
    return Bytes(begin, begin + static_cast<std::ptrdiff_t>(length));
  };
  Bytes clientMaterial = part(0, key);
  std::ranges::copy(part(2 * key, salt), std::back_inserter(clientMaterial));
  Bytes serverMaterial = part(key, key);
  std::ranges::copy(part(2 * key + salt, salt), std::back_inserter(serverMaterial));
  const auto ofClient = exportSrtpKeys(client.ssl.get(), Role::kClient);
  const auto ofServer = exportSrtpKeys(server.ssl.get(), Role::kServer);
  ASSERT_TRUE(ofClient && ofServer);
  EXPECT_EQ(ofClient->outbound, srtp::Keys::fromMaterial(GetParam(), clientMaterial));
  EXPECT_EQ(ofClient->inbound, srtp::Keys::fromMaterial(GetParam(), serverMaterial));
  EXPECT_EQ(ofServer->outbound, srtp::Keys::fromMaterial(GetParam(), serverMaterial));
  EXPECT_EQ(ofServer->inbound, srtp::Keys::fromMaterial(GetParam(), clientMaterial));
}

INSTANTIATE_TEST_SUITE_P(Profiles, KeyExport,
                         ::testing::Values(srtp::Profile::kAeadAes128Gcm,
                                           srtp::Profile::kAes128CmSha1_80));

}  // namespace
}  // namespace kms::dtls
