// An OpenSSL BIO that keeps datagram boundaries, in memory.
#pragma once

#include "openssl.hpp"

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace kms::dtls {

/// Between OpenSSL and the session: the datagram being read, and those to be sent. OpenSSL's own
/// memory BIO would join the datagrams. While `join` is set, records of one flight share datagrams
/// up to the MTU (RFC 6347 4.2.3).
class DatagramQueue {
 public:
  using Datagram = std::vector<std::uint8_t>;

  explicit DatagramQueue(std::size_t mtu) : m_mtu(mtu) {}

  void setIncoming(std::span<const std::uint8_t> datagram) { m_incoming = datagram; }
  void setJoin(bool join) { m_join = join; }
  [[nodiscard]] bool hasOutgoing() const { return !m_outgoing.empty(); }
  [[nodiscard]] Datagram takeOutgoing();

  /// Gives the incoming datagram once, cut to the size of `out`. Returns its length, 0 when there
  /// is none.
  std::size_t read(std::span<std::uint8_t> out);
  void write(std::span<const std::uint8_t> record);

 private:
  std::size_t m_mtu;
  bool m_join = false;
  std::span<const std::uint8_t> m_incoming;
  std::deque<Datagram> m_outgoing;
};

/// A BIO over the queue, which outlives it.
[[nodiscard]] BioPtr makeDatagramBio(DatagramQueue& queue);

}  // namespace kms::dtls
