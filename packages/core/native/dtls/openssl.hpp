// Owners of OpenSSL objects used by DTLS.
#pragma once

#include <kms/base/error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace kms::dtls {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Deleter<SSL_free>>;

/// Throws kms::Error when an OpenSSL call failed; `what` names the step.
inline void require(bool ok, const char* what, ErrorCode code = ErrorCode::kUnexpected) {
  if (!ok) {
    const unsigned long reason = ERR_peek_last_error();
    const char* text = reason == 0 ? nullptr : ERR_reason_error_string(reason);
    ERR_clear_error();
    throw Error(code,
                std::string("DTLS: ") + what + (text == nullptr ? "" : std::string(": ") + text));
  }
}

}  // namespace kms::dtls
