// The data channels of one endpoint, between its I/O thread, which has the packets, and the SCTP
// thread, which has everything else.
#pragma once

#include <kms/base/export.hpp>
#include <kms/base/value.hpp>
#include <kms/io/executor.hpp>
#include <kms/media/data.hpp>
#include <kms/sctp/channel.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <variant>

namespace kms::sctp {

class Stack;

/// Where SCTP runs: what negotiate() is given. `executor` may be kept for longer than the stack,
/// which is gone when it has ended.
struct StackAccess {
  std::shared_ptr<io::Executor> executor;
  Stack* stack = nullptr;
  std::shared_ptr<DropTotals> drops{};  ///< of several endpoints together; null: nobody wants it
};

/// What was negotiated.
struct Config {
  bool isDtlsClient = false;                ///< this side: decides whose ids are even
  std::uint16_t localPort = kDefaultPort;   ///< of our `a=sctp-port`, 1..65535
  std::uint16_t remotePort = kDefaultPort;  ///< of the peer's, 1..65535
  std::size_t maxMessageSize = 0;           ///< bytes, of the peer's `a=max-message-size`; 0: any
};

/// Told of channels that opened and closed, on the home thread; either may be empty.
struct ChannelEvents {
  std::function<void(std::uint16_t channel)> onOpened;
  std::function<void(std::uint16_t channel)> onClosed;
};

/// Messages given to onMessage() leave by the endpoint's channels; what comes in by them comes out
/// of source(). Held by std::shared_ptr. Costs nothing until negotiate(). On the home thread but
/// for what says otherwise.
class KMS_API DataChannels final : public media::DataSink,
                                   public std::enable_shared_from_this<DataChannels> {
 public:
  /// Sends one SCTP packet to the peer. On the home thread.
  using Outlet = std::function<void(std::span<const std::uint8_t> packet)>;
  using Opened = std::variant<std::uint16_t, Error>;

  /// `home`: the I/O thread; outlives what was negotiated, see disconnect().
  explicit DataChannels(io::Executor& home);
  ~DataChannels() override;
  DataChannels(const DataChannels&) = delete;
  DataChannels& operator=(const DataChannels&) = delete;

  /// Before negotiate().
  void setEvents(ChannelEvents events) { *m_events = std::move(events); }
  /// No event comes later.
  void silence() { *m_events = {}; }
  /// The peer does data channels too; later calls change nothing.
  void negotiate(const StackAccess& access, const Config& config);
  [[nodiscard]] bool isNegotiated() const noexcept { return m_isNegotiated; }
  /// Packets can pass: makes the association. `mtu`: largest packet, 600..65535; smaller: nothing
  /// happens. Once, after negotiate().
  void connect(std::size_t mtu, Outlet outlet);
  /// A packet from the peer.
  void receive(std::span<const std::uint8_t> packet);
  /// The way to the peer is gone: the channels close, the outlet is called no more. Idempotent.
  void disconnect();

  /// Opens a channel; `answer` is called on the SCTP thread with its id, or with Error 40003 beyond
  /// a limit or after the end. Throws Error 40111 before negotiate().
  void open(ChannelOptions options, std::function<void(Opened)> answer);
  /// Closes a channel once what it has to send was sent; an unknown one is no error. Throws Error
  /// 40111 before negotiate().
  void close(std::uint16_t channel);
  /// Gives `answer` the figures, on the SCTP thread, or at once before negotiate().
  void stats(const std::function<void(const Stats&)>& answer);

  /// What comes from the peer. Any thread.
  [[nodiscard]] const std::shared_ptr<media::DataSource>& source() const noexcept {
    return m_source;
  }
  /// Sends `message` to the peer; see Channels::send. Any thread.
  void onMessage(const media::DataMessage& message) override;
  /// True on the SCTP thread while much waits for a peer that takes some of it: other endpoints
  /// then leave their messages in their peers' windows, so that nothing is lost. Any thread.
  [[nodiscard]] bool isFull() override;

 private:
  class Side;
  /// The home thread's half of what carries packets to the peer.
  struct Exit {
    Outlet send;
  };
  /// Counts what is on its way to the SCTP thread, and lets no more than a limit go there at once.
  struct Gate {
    [[nodiscard]] bool enter(std::uint32_t limit) noexcept;
    void leave() noexcept { --inside; }

    std::atomic<std::uint32_t> inside = 0;
  };

  /// Runs `task` on the SCTP thread with what lives there (null: nothing any more); false when that
  /// thread has ended or was never there.
  bool post(std::function<void(Side* side)> task);
  [[nodiscard]] std::shared_ptr<io::Executor> executor() const;
  void requireNegotiated() const;
  void drop(Drop reason);
  [[nodiscard]] Stats statsOf(Side* side) const;

  io::Executor& m_home;
  const std::shared_ptr<media::DataSource> m_source;
  const std::shared_ptr<ChannelEvents> m_events = std::make_shared<ChannelEvents>();
  bool m_isNegotiated = false;
  std::shared_ptr<Exit> m_exit;
  Gate m_packets;
  Gate m_messages;

  DropTotals m_drops;  // what did not get to the SCTP thread

  mutable std::mutex m_mutex;  // guards what follows, which negotiate() sets
  std::shared_ptr<io::Executor> m_executor;
  std::shared_ptr<DropTotals> m_totals;

  std::shared_ptr<Side> m_side;  // SCTP thread
};

}  // namespace kms::sctp
