#include "sctp/side.hpp"

#include <limits>
#include <utility>

namespace kms::sctp {

namespace {

std::size_t limitOf(const Config& config) {
  return config.maxMessageSize == 0 ? std::numeric_limits<std::size_t>::max()
                                    : config.maxMessageSize;
}

}  // namespace

DataChannels::Side::Side(Stack& stack, std::shared_ptr<DropTotals> totals, const Config& config,
                         std::shared_ptr<ChannelEvents> events,
                         std::shared_ptr<media::DataSource> source, io::Executor& home)
    : m_stack(stack),
      m_totals(std::move(totals)),
      m_config(config),
      m_events(std::move(events)),
      m_source(std::move(source)),
      m_home(home),
      m_channels(config.isDtlsClient, limitOf(config), *this) {}

DataChannels::Side::~Side() = default;

void DataChannels::Side::connect(std::size_t mtu, const std::shared_ptr<Exit>& exit) {
  m_exit = exit;
  SocketListener& self = *this;
  try {
    m_socket = std::make_unique<UsrSocket>(m_stack, self, m_config, mtu);
  } catch (const Error&) {
    m_channels.onDown();  // out of memory: as if the peer could not be reached
  }
}

void DataChannels::Side::receive(std::span<const std::uint8_t> packet) {
  if (m_socket) m_socket->receive(packet);
}

void DataChannels::Side::disconnect() {
  m_channels.onDown();
  m_batch.reset();
  m_socket.reset();
}

bool DataChannels::Side::isFull() {
  constexpr std::size_t kMuch = OutgoingQueue::kMaxBytes / 2;
  // One peer that is stuck must not hold up others of the same source for longer.
  constexpr std::chrono::seconds kPatience(2);
  const std::uint64_t sent = m_channels.sent();
  if (std::exchange(m_seenSent, sent) != sent) m_progressAt = m_stack.elapsed();
  return m_channels.bufferedBytes() > kMuch && m_stack.elapsed() - m_progressAt < kPatience;
}

/// Gathers what one round of the SCTP thread gives, so that it crosses to the home thread in one
/// go.
void DataChannels::Side::onPacket(std::span<const std::uint8_t> packet) {
  if (!m_batch) {
    m_batch = std::make_shared<Batch>();
    // Whoever finds the batch finds this object, whose it alone is.
    m_stack.executor().post([this, present = std::weak_ptr(m_batch)] {
      if (!present.expired()) sendBatch();
    });
  }
  m_batch->bytes.insert(m_batch->bytes.end(), packet.begin(), packet.end());
  m_batch->sizes.push_back(packet.size());
}

void DataChannels::Side::sendBatch() {
  m_home.post([batch = std::exchange(m_batch, nullptr), exit = m_exit] {
    std::span<const std::uint8_t> rest = batch->bytes;
    for (const std::size_t size : batch->sizes) {
      if (exit->send) exit->send(rest.first(size));
      rest = rest.subspan(size);
    }
  });
}

void DataChannels::Side::onOpened(std::uint16_t channel) {
  m_home.post([events = m_events, channel] {
    if (events->onOpened) events->onOpened(channel);
  });
}

void DataChannels::Side::onClosed(std::uint16_t channel) {
  m_home.post([events = m_events, channel] {
    if (events->onClosed) events->onClosed(channel);
  });
}

}  // namespace kms::sctp
