// The low-level SHA-1 functions are marked deprecated in OpenSSL 3; the reason to keep them is in
// the header.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hmac-sha1.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace kms::srtp {
namespace {

SHA_CTX stateAfter(std::span<const std::uint8_t> key, std::uint8_t pad) {
  std::array<std::uint8_t, SHA_CBLOCK> block;
  block.fill(pad);
  std::transform(key.begin(), key.end(), block.begin(), block.begin(),
                 [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); });
  SHA_CTX state;
  SHA1_Init(&state);
  SHA1_Update(&state, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
  return state;
}

}  // namespace

HmacSha1::HmacSha1(std::span<const std::uint8_t> key) {
  const auto used = key.first(std::min<std::size_t>(key.size(), SHA_CBLOCK));
  m_inner = stateAfter(used, 0x36);
  m_outer = stateAfter(used, 0x5c);
}

HmacSha1::~HmacSha1() {
  OPENSSL_cleanse(&m_inner, sizeof m_inner);
  OPENSSL_cleanse(&m_outer, sizeof m_outer);
}

std::array<std::uint8_t, kSha1Length> HmacSha1::compute(
    std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) const {
  std::array<std::uint8_t, kSha1Length> digest;
  SHA_CTX state = m_inner;
  SHA1_Update(&state, first.data(), first.size());
  SHA1_Update(&state, second.data(), second.size());
  SHA1_Final(digest.data(), &state);
  state = m_outer;
  SHA1_Update(&state, digest.data(), digest.size());
  SHA1_Final(digest.data(), &state);
  return digest;
}

}  // namespace kms::srtp
