// Messages that SCTP has no room for yet.
#pragma once

#include "sctp/dcep.hpp"
#include "sctp/stream-socket.hpp"

#include <kms/base/value.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

namespace kms::sctp {

/// First in, first out, over all channels. Data is bounded by bytes; DCEP messages are few, and
/// always taken. SCTP thread.
class OutgoingQueue {
 public:
  /// Bytes of data that wait at most, some for the handling of each message; SCTP has 512 KiB more.
  static constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;

  struct Item {
    std::uint16_t channel = 0;
    Ppid ppid = Ppid::kControl;
    std::shared_ptr<const Bytes> payload;  ///< not empty
    std::size_t size = 0;  ///< of the message: 0 where the payload only stands for it
    bool ordered = true;
    std::optional<std::uint16_t> maxPacketLifeTime{};
    std::optional<std::uint16_t> maxRetransmits{};

    [[nodiscard]] bool isData() const { return ppid != Ppid::kControl; }
  };

  /// False when there is no room for it.
  bool push(Item item);
  [[nodiscard]] bool empty() const { return m_items.empty(); }
  [[nodiscard]] const Item& front() const { return m_items.front(); }
  void pop();
  [[nodiscard]] bool has(std::uint16_t channel) const;
  /// Forgets what waits for `channel`.
  void remove(std::uint16_t channel);
  void clear();
  /// Bytes of data that wait.
  [[nodiscard]] std::size_t bytes() const { return m_bytes; }

 private:
  std::deque<Item> m_items;
  std::size_t m_bytes = 0;
};

}  // namespace kms::sctp
