// The SCTP thread's half of DataChannels.
#pragma once

#include "sctp/channels.hpp"
#include "sctp/stack.hpp"
#include "sctp/usr-socket.hpp"

#include <kms/sctp/data-channels.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace kms::sctp {

/// An association with its channels. SCTP thread.
class DataChannels::Side final : private SocketListener, private ChannelsListener {
 public:
  Side(Stack& stack, std::shared_ptr<DropTotals> totals, const Config& config,
       std::shared_ptr<ChannelEvents> events, std::shared_ptr<media::DataSource> source,
       io::Executor& home);
  ~Side() override;

  void connect(std::size_t mtu, const std::shared_ptr<Exit>& exit);
  void receive(std::span<const std::uint8_t> packet);
  void disconnect();
  [[nodiscard]] Channels& channels() noexcept { return m_channels; }
  /// Much waits for the peer, and it takes some of it.
  [[nodiscard]] bool isFull();

 private:
  /// Packets for the peer, one behind the other.
  struct Batch {
    Bytes bytes;
    std::vector<std::size_t> sizes;
  };

  void sendBatch();

  // SocketListener
  void onPacket(std::span<const std::uint8_t> packet) override;
  void onUp(std::uint16_t streams) override { m_channels.onUp(*m_socket, streams); }
  void onDown() override { m_channels.onDown(); }
  void onMessage(std::uint16_t stream, std::uint32_t ppid,
                 std::span<const std::uint8_t> payload) override {
    m_channels.onMessage(stream, ppid, payload);
  }
  [[nodiscard]] bool mayRead() override { return !m_source->isBlocked(); }
  void onTooLong() override { m_channels.onTooLong(); }
  void onPeerReset(std::span<const std::uint16_t> streams) override {
    m_channels.onPeerReset(streams);
  }
  void onReset(std::span<const std::uint16_t> streams, bool done) override {
    m_channels.onReset(streams, done);
  }
  void onWritable() override { m_channels.onWritable(); }
  // ChannelsListener
  void onOpened(std::uint16_t channel) override;
  void onClosed(std::uint16_t channel) override;
  void onMessage(media::DataMessage message) override { m_source->publish(message); }
  void onDrop(Drop reason) override {
    if (m_totals) ++(*m_totals)[reason];
  }

  Stack& m_stack;
  const std::shared_ptr<DropTotals> m_totals;  // null: nobody wants them
  const Config m_config;
  const std::shared_ptr<ChannelEvents> m_events;  // of the home thread
  const std::shared_ptr<media::DataSource> m_source;
  io::Executor& m_home;
  Channels m_channels;
  std::shared_ptr<Exit> m_exit;
  std::unique_ptr<UsrSocket> m_socket;
  std::shared_ptr<Batch> m_batch;  // null: none under way
  std::uint64_t m_seenSent = 0;    // messages that SCTP had taken
  std::chrono::milliseconds m_progressAt{0};
};

}  // namespace kms::sctp
