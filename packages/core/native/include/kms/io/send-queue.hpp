// Outgoing datagrams of one I/O thread: gathered by destination, sent in one go.
#pragma once

#include <kms/base/hot-memory.hpp>
#include <kms/io/packet.hpp>
#include <kms/io/udp-socket.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/socket.h>
#include <vector>

namespace kms::io {

class SendQueue;

/// One destination, reached from one local address. Holds what the kernel is given for each send,
/// so that a packet costs no address conversion. I/O thread; not later than its queue.
class KMS_API Flow {
 public:
  explicit Flow(SendQueue& queue) noexcept : m_queue(queue) {}
  ~Flow();
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  /// Sends what is queued to the old destination, then changes it. `local` must be one of
  /// `socket`'s addresses.
  void redirect(const UdpSocket& socket, const Address& remote, const Address& local);
  /// Marks packets with a DiffServ code point from the next redirect() on (RFC 2474), 0..63.
  void setDscp(std::uint8_t dscp) noexcept { m_dscp = dscp; }
  [[nodiscard]] bool ready() const noexcept { return m_fd >= 0; }
  [[nodiscard]] const Address& remote() const noexcept { return m_remote; }
  [[nodiscard]] const Address& local() const noexcept { return m_local; }
  /// What sending touches.
  void addHot(HotMemory& hot) const noexcept;

 private:
  friend class SendQueue;
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kSourceControl = CMSG_SPACE(32) + CMSG_SPACE(sizeof(int));

  // In the order of use: what comes first is touched by each packet.
  SendQueue& m_queue;
  int m_fd = -1;
  std::uint32_t m_first = kNone;
  std::uint32_t m_last = kNone;
  socklen_t m_nameLength = 0;
  std::uint8_t m_controlLength = 0;
  bool m_segmentation = true;  ///< UDP_SEGMENT worked so far
  std::uint8_t m_dscp = 0;
  alignas(16) std::array<std::uint8_t, kSourceControl> m_control{};
  sockaddr_storage m_name{};
  Address m_remote;
  Address m_local;
};

/// Counters since the start.
struct SendCounters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;    ///< datagrams or UDP_SEGMENT aggregates given to the kernel
  std::uint64_t aggregates = 0;  ///< UDP_SEGMENT sends
  std::uint64_t segments = 0;    ///< packets within them
  std::uint64_t dropped = 0;     ///< socket buffer full
  std::uint64_t failed = 0;      ///< refused by the system (unreachable, too long, ...)
};

/// A slab of outgoing packets. Write into `reserve()`, then `commit`. I/O thread.
class KMS_API SendQueue {
 public:
  explicit SendQueue(std::size_t slots = 256);
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  /// Room for one packet (kPacketCapacity bytes); the same room again until it is committed.
  /// Flushes when full.
  [[nodiscard]] std::span<std::uint8_t> reserve();
  /// The same for the next packet of `flow`. Before the first one of a flow it gives to the kernel
  /// what has gathered, if that is enough: so packets of many flows leave while they are in the
  /// cache, and the first do not wait for the last.
  [[nodiscard]] std::span<std::uint8_t> reserve(const Flow& flow);
  /// Queues the first `size` bytes of the room for `flow`, which must be ready.
  void commit(Flow& flow, std::size_t size);
  /// Copies a packet into the queue; one longer than kPacketCapacity is counted as failed.
  void send(Flow& flow, std::span<const std::uint8_t> packet);
  /// Gives all to the kernel: destination after destination, equal-sized neighbours as one
  /// UDP_SEGMENT send.
  void flush();
  [[nodiscard]] const SendCounters& counters() const noexcept { return m_counters; }

 private:
  struct Slot {
    std::uint32_t size = 0;
    std::uint32_t next = Flow::kNone;
  };
  struct Message {
    Flow* flow = nullptr;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  static constexpr std::size_t kControl = Flow::kSourceControl + CMSG_SPACE(sizeof(std::uint16_t));

  void gather(Flow& flow);
  void addMessage(Flow& flow, std::uint32_t first, std::uint32_t count);
  void addSegmentControl(std::size_t message, std::uint16_t size);
  [[nodiscard]] std::uint32_t runLength(const Flow& flow, std::uint32_t first) const;
  void transmit();
  [[nodiscard]] std::size_t transmitRun(std::size_t begin, std::size_t end);
  void onFailure(std::size_t message);
  void sendSingly(const Message& message);
  void account(std::size_t begin, std::size_t end);
  [[nodiscard]] std::uint8_t* slotData(std::size_t slot) const {
    return &m_data[slot * kPacketCapacity];
  }

  std::unique_ptr<std::uint8_t[]> m_data;
  std::vector<Slot> m_slots;
  std::vector<Flow*> m_flows;
  std::uint32_t m_used = 0;

  std::vector<Message> m_messages;
  std::vector<mmsghdr> m_headers;
  std::vector<iovec> m_vectors;
  std::vector<std::array<std::uint8_t, kControl>> m_controls;
  SendCounters m_counters;
};

}  // namespace kms::io
