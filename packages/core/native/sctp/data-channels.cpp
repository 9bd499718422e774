#include "sctp/side.hpp"

#include <kms/sctp/data-channels.hpp>

#include <utility>

namespace kms::sctp {

namespace {

// More than a peer may have under way by the receive window that it is given.
constexpr std::uint32_t kMaxPackets = 1024;
constexpr std::uint32_t kMaxMessages = 1024;
constexpr std::size_t kMinMtu = 600;

}  // namespace

bool DataChannels::Gate::enter(std::uint32_t limit) noexcept {
  if (inside.fetch_add(1) < limit) return true;
  leave();
  return false;
}

DataChannels::DataChannels(io::Executor& home)
    : m_home(home), m_source(std::make_shared<media::DataSource>()) {}

DataChannels::~DataChannels() {
  // What lives on the SCTP thread goes there.
  if (m_side) (void)m_executor->post([side = std::exchange(m_side, nullptr)] {});
}

std::shared_ptr<io::Executor> DataChannels::executor() const {
  const std::scoped_lock lock(m_mutex);
  return m_executor;
}

bool DataChannels::post(std::function<void(Side* side)> task) {
  const auto executor = this->executor();
  if (!executor) return false;
  return executor->post(
      [self = shared_from_this(), task = std::move(task)] { task(self->m_side.get()); });
}

void DataChannels::drop(Drop reason) {
  ++m_drops[reason];
  const std::scoped_lock lock(m_mutex);
  if (m_totals) ++(*m_totals)[reason];
}

void DataChannels::requireNegotiated() const {
  if (m_isNegotiated) return;
  throw Error(ErrorCode::kOperationNotSupported, "Data channels are not supported");
}

void DataChannels::negotiate(const StackAccess& access, const Config& config) {
  if (std::exchange(m_isNegotiated, true)) return;
  {
    const std::scoped_lock lock(m_mutex);
    m_executor = access.executor;
    m_totals = access.drops;
  }
  post([this, stack = access.stack, totals = access.drops, config](Side*) {
    m_side = std::make_shared<Side>(*stack, totals, config, m_events, m_source, m_home);
  });
}

void DataChannels::connect(std::size_t mtu, Outlet outlet) {
  if (!m_isNegotiated || m_exit || mtu < kMinMtu) return;
  m_exit = std::make_shared<Exit>(Exit{std::move(outlet)});
  post([mtu, exit = m_exit](Side* side) {
    if (side != nullptr) side->connect(mtu, exit);
  });
}

void DataChannels::receive(std::span<const std::uint8_t> packet) {
  if (!m_exit || !m_exit->send) return drop(Drop::kNoAssociation);
  if (!m_packets.enter(kMaxPackets)) return drop(Drop::kPacketQueueFull);
  post([this, copy = Bytes(packet.begin(), packet.end())](Side* side) {
    m_packets.leave();
    if (side != nullptr) side->receive(copy);
  });
}

void DataChannels::disconnect() {
  if (m_exit) m_exit->send = nullptr;
  post([this](Side* side) {
    if (side != nullptr) side->disconnect();
    m_side.reset();
  });
}

void DataChannels::open(ChannelOptions options, std::function<void(Opened)> answer) {
  requireNegotiated();
  post([options = std::move(options), answer = std::move(answer)](Side* side) {
    try {
      if (side == nullptr) throw Error(ErrorCode::kUnexpected, "Can not create data channel");
      answer(side->channels().open(options));
    } catch (const Error& error) {
      answer(error);
    }
  });
}

void DataChannels::close(std::uint16_t channel) {
  requireNegotiated();
  post([channel](Side* side) {
    if (side != nullptr) side->channels().close(channel);
  });
}

Stats DataChannels::statsOf(Side* side) const {
  Stats stats = side == nullptr ? Stats() : side->channels().stats();
  for (std::size_t i = 0; i < kDropReasons; ++i)
    stats.drops[static_cast<Drop>(i)] += m_drops[static_cast<Drop>(i)];
  return stats;
}

void DataChannels::stats(const std::function<void(const Stats&)>& answer) {
  const bool isAsked = post([this, answer](Side* side) { answer(statsOf(side)); });
  if (!isAsked) answer(statsOf(nullptr));
}

bool DataChannels::isFull() {
  const auto executor = this->executor();
  return executor && executor->isCurrent() && m_side && m_side->isFull();
}

void DataChannels::onMessage(const media::DataMessage& message) {
  const auto executor = this->executor();
  if (executor && executor->isCurrent()) {
    if (m_side) m_side->channels().send(message);
    return;
  }
  if (!m_messages.enter(kMaxMessages)) return drop(Drop::kQueueFull);
  post([this, message](Side* side) {
    m_messages.leave();
    if (side != nullptr) side->channels().send(message);
  });
}

}  // namespace kms::sctp
