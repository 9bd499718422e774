#include <kms/rtp/bytes.hpp>
#include <kms/rtp/feedback-reader.hpp>

namespace kms::rtp {

namespace {

constexpr std::size_t kHead = 8;  // sender and media SSRC
constexpr std::size_t kFirstChunk = kHead + 8;
constexpr std::int64_t kReferenceTicks = 256;  // 64 ms
constexpr std::int64_t kTickMicroseconds = 250;

constexpr unsigned kSmallDelta = 1;
constexpr unsigned kLargeDelta = 2;

/// How many packets a chunk tells of.
std::size_t symbolsOf(unsigned chunk) noexcept {
  if ((chunk & 0x8000U) == 0) return chunk & 0x1FFFU;
  return (chunk & 0x4000U) == 0 ? 14 : 7;
}

unsigned symbolOf(unsigned chunk, std::size_t index) noexcept {
  if ((chunk & 0x8000U) == 0) return (chunk >> 13U) & 3U;
  if ((chunk & 0x4000U) == 0) return (chunk >> (13U - index)) & 1U;
  return (chunk >> (12U - 2 * index)) & 3U;
}

}  // namespace

FeedbackReader::FeedbackReader(const RtcpPacket& packet) noexcept : m_body(packet.body) {
  const bool isFeedback =
      packet.type == RtcpType::kTransportFeedback && packet.count == kFormatTransportCc;
  if (!isFeedback || m_body.size() < kFirstChunk) return;
  m_sequence = read16(&m_body[kHead]);
  m_left = read16(&m_body[kHead + 2]);
  m_ticks = std::int64_t{read24(&m_body[kHead + 4])} * kReferenceTicks;
  m_chunkAt = kFirstChunk;
  m_malformed = !findDeltas();
  if (m_malformed) m_left = 0;
}

bool FeedbackReader::findDeltas() noexcept {
  std::size_t told = 0;
  std::size_t at = kFirstChunk;
  for (; told < m_left; at += 2) {
    if (at + 2 > m_body.size()) return false;
    const std::size_t symbols = symbolsOf(read16(&m_body[at]));
    if (symbols == 0) return false;
    told += symbols;
  }
  m_deltaAt = at;
  return true;
}

unsigned FeedbackReader::nextSymbol() noexcept {
  const unsigned chunk = read16(&m_body[m_chunkAt]);
  const unsigned symbol = symbolOf(chunk, m_inChunk);
  if (++m_inChunk == symbolsOf(chunk)) {
    m_inChunk = 0;
    m_chunkAt += 2;
  }
  return symbol;
}

bool FeedbackReader::readDelta(unsigned symbol) noexcept {
  const std::size_t size = symbol == kSmallDelta ? 1 : 2;
  if (symbol > kLargeDelta || m_deltaAt + size > m_body.size()) return false;
  const std::uint8_t* at = &m_body[m_deltaAt];
  m_ticks += size == 1 ? std::int64_t{at[0]} : static_cast<std::int16_t>(read16(at));
  m_deltaAt += size;
  return true;
}

std::optional<PacketStatus> FeedbackReader::next() noexcept {
  if (m_left == 0) return std::nullopt;
  --m_left;
  PacketStatus status{m_sequence++, false, Duration::zero()};
  const unsigned symbol = nextSymbol();
  if (symbol == 0) return status;
  if (!readDelta(symbol)) {
    m_malformed = true;
    m_left = 0;
    return std::nullopt;
  }
  status.received = true;
  status.arrival = std::chrono::microseconds(m_ticks * kTickMicroseconds);
  return status;
}

}  // namespace kms::rtp
