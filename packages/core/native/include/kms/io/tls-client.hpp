// The client's side of TLS, over a stream that someone else carries.
#pragma once

#include <kms/base/export.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace kms::io {

/// No sockets of its own: feed() what came, send what drain() gives. The server's certificate is
/// not verified: it is for servers that are named by address alone, and carries nothing that needs
/// it (see router/relay.hpp). One thread.
class KMS_API TlsClient {
 public:
  /// Throws Error 40003 when OpenSSL refuses.
  TlsClient();
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Begins or goes on with the handshake. False when it has failed.
  [[nodiscard]] bool handshake();
  [[nodiscard]] bool isConnected() const noexcept;
  /// Encrypted bytes from the server.
  void feed(std::span<const std::uint8_t> bytes);
  /// Decrypted bytes, as many as there are and fit; 0: none now. Negative: the server has ended it.
  [[nodiscard]] std::ptrdiff_t read(std::span<std::uint8_t> out);
  /// Encrypts. False before the handshake is done.
  [[nodiscard]] bool write(std::span<const std::uint8_t> bytes);
  /// Encrypted bytes for the server, as many as there are and fit.
  [[nodiscard]] std::size_t drain(std::span<std::uint8_t> out);

 private:
  struct Inside;
  std::unique_ptr<Inside> m_inside;
};

}  // namespace kms::io
