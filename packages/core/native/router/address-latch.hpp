// Which address a port of plain RTP listens to.
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/clock.hpp>

#include <optional>

namespace kms::router {

/// Holds on to the first address, so that no one else can speak in between. I/O thread.
class AddressLatch {
 public:
  /// From when on a silent sender may be followed by another.
  static constexpr Duration kSilence = std::chrono::seconds(2);

  /// `announced`: where the peer said that it is; packets of that IP come before others'.
  void announce(const std::optional<Address>& announced) {
    m_announced = announced;
    m_current.reset();
  }

  /// Whether a packet that came from `from` at `now` is to be taken; makes its address the current
  /// one then.
  bool admit(const Address& from, TimePoint now) {
    if (m_current != from) {
      const bool vacant = !m_current || now - m_last >= kSilence;
      if (!vacant && !(isAnnounced(from) && !isAnnounced(*m_current))) return false;
      m_current = from;
    }
    m_last = now;
    return true;
  }

  [[nodiscard]] const std::optional<Address>& current() const noexcept { return m_current; }

 private:
  [[nodiscard]] bool isAnnounced(const Address& address) const {
    return m_announced && m_announced->isV6 == address.isV6 && m_announced->ip == address.ip;
  }

  std::optional<Address> m_announced;
  std::optional<Address> m_current;
  TimePoint m_last{};
};

}  // namespace kms::router
