#include "session-keys.hpp"

#include "openssl.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace kms::srtp {
namespace {

SessionKeys deriveAll(const ProfileInfo& info, const Keys& keys, Label key, Label auth,
                      Label salt) {
  SessionKeys out;
  derive(info, keys, key, std::span(out.key).first(info.keyLength));
  derive(info, keys, auth, out.auth);
  derive(info, keys, salt, std::span(out.salt).first(info.saltLength));
  return out;
}

}  // namespace

SessionKeys::~SessionKeys() {
  OPENSSL_cleanse(key.data(), key.size());
  OPENSSL_cleanse(salt.data(), salt.size());
  OPENSSL_cleanse(auth.data(), auth.size());
}

void derive(const ProfileInfo& info, const Keys& keys, Label label, std::span<std::uint8_t> out) {
  // x * 2^16, where x = label << 48 XOR the salt; a 96-bit salt stands at the left, filled up with
  // zeros.
  std::array<std::uint8_t, 16> counter{};
  std::ranges::copy(keys.masterSalt, counter.begin());
  counter[7] ^= static_cast<std::uint8_t>(label);
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, info.derivationCipher, nullptr));
  const CipherContext context(EVP_CIPHER_CTX_new());
  require(cipher && context, "EVP_CIPHER_fetch");
  std::ranges::fill(out, std::uint8_t{0});
  int written = 0;
  require(EVP_EncryptInit_ex(context.get(), cipher.get(), nullptr, keys.masterKey.data(),
                             counter.data()) == 1,
          "EVP_EncryptInit_ex");
  require(EVP_EncryptUpdate(context.get(), out.data(), &written, out.data(),
                            static_cast<int>(out.size())) == 1,
          "EVP_EncryptUpdate");
}

SessionKeys deriveRtpKeys(const ProfileInfo& info, const Keys& keys) {
  return deriveAll(info, keys, Label::kRtpKey, Label::kRtpAuth, Label::kRtpSalt);
}

SessionKeys deriveRtcpKeys(const ProfileInfo& info, const Keys& keys) {
  return deriveAll(info, keys, Label::kRtcpKey, Label::kRtcpAuth, Label::kRtcpSalt);
}

}  // namespace kms::srtp
