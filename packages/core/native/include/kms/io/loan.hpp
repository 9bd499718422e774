// Packets that one I/O thread lends to another.
#pragma once

#include <kms/base/export.hpp>
#include <kms/io/packet.hpp>
#include <kms/io/spsc-ring.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace kms::io {

/// Reference counts are not atomic, so a packet's own stays with its thread. The borrowing thread
/// counts on a stand-in, a Packet without room that shows the lender's bytes; when its last
/// reference goes, the packet travels back through a ring. The bytes must not change meanwhile.
class KMS_API PacketLoan final : public PacketOwner {
 public:
  /// `limit`: the most packets that are lent at once, a power of two.
  explicit PacketLoan(std::size_t limit) : m_returned(limit) {}

  /// Lender: keeps the reference for the borrower, who is to be handed what this returns; null when
  /// the limit is reached.
  [[nodiscard]] Packet* lend(PacketRef packet);
  /// Lender: drops the references to packets that came back.
  void collect() noexcept;
  [[nodiscard]] std::size_t lent() const noexcept { return m_lent; }

  /// Borrower: a reference to what lend() returned. Allocates only when there are more stand-ins
  /// than ever before.
  [[nodiscard]] PacketRef borrow(Packet* packet);
  void give(Packet* standIn) noexcept override;

 private:
  static constexpr std::size_t kSlab = 64;

  void grow();

  SpscRing<Packet*> m_returned;  // borrower to lender
  std::size_t m_lent = 0;        // lender's
  // The borrower's.
  Packet* m_free = nullptr;
  std::vector<std::unique_ptr<Packet[]>> m_slabs;
};

}  // namespace kms::io
