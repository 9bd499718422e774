#include "packet.hpp"
#include "replay-window.hpp"
#include "transform.hpp"

#include <kms/srtp/inbound-session.hpp>

#include <algorithm>
#include <array>

namespace kms::srtp {
namespace {

bool isPlausible(const InboundStream& stream) {
  return stream.nextIndex <= kMaxRtpIndex + 1 &&
         stream.nextRtcpIndex <= std::uint64_t{kMaxRtcpIndex} + 1;
}

std::uint64_t indexOf(const InboundStream* stream, std::uint16_t sequence) {
  return stream == nullptr || stream->nextIndex == 0
             ? sequence
             : estimateIndex(stream->nextIndex - 1, sequence);
}

}  // namespace

InboundSession::InboundSession(const Keys& keys, const KeyLimits& limits)
    : m_transform(makeTransform(keys)), m_usage(limits) {}
InboundSession::~InboundSession() = default;
InboundSession::InboundSession(InboundSession&&) noexcept = default;
InboundSession& InboundSession::operator=(InboundSession&&) noexcept = default;

InboundStream* InboundSession::find(std::uint32_t ssrc) {
  if (m_lastStream < m_streams.size() && m_streams[m_lastStream].ssrc == ssrc) {
    return &m_streams[m_lastStream];
  }
  const auto found = std::ranges::find(m_streams, ssrc, &InboundStream::ssrc);
  if (found == m_streams.end()) {
    return nullptr;
  }
  m_lastStream = static_cast<std::size_t>(found - m_streams.begin());
  return &*found;
}

InboundStream& InboundSession::findOrAdd(std::uint32_t ssrc) {
  InboundStream* stream = find(ssrc);
  if (stream == nullptr && m_streams.size() < kMaxStreams) {
    stream = &m_streams.emplace_back(InboundStream{.ssrc = ssrc});
  } else if (stream == nullptr) {
    stream = &*std::ranges::min_element(m_streams, {}, &InboundStream::lastUse);
    *stream = InboundStream{.ssrc = ssrc};
  }
  stream->lastUse = ++m_uses;
  return *stream;
}

std::optional<std::size_t> InboundSession::drop(InboundDrop reason) {
  static constexpr std::array kCounters = {&InboundCounters::malformed, &InboundCounters::replays,
                                           &InboundCounters::authenticationFailures,
                                           &InboundCounters::keyExhausted};
  ++(m_counters.*kCounters[static_cast<std::size_t>(reason)]);
  m_lastDrop = reason;
  return std::nullopt;
}

std::optional<std::size_t> InboundSession::unprotectRtp(std::span<std::uint8_t> packet) {
  const auto header = parseRtpHeader(packet);
  if (!header || packet.size() < header->length + m_transform->info().rtpTagLength) {
    return drop(InboundDrop::kMalformed);
  }
  const InboundStream* known = find(header->ssrc);
  const std::uint64_t index = indexOf(known, header->sequence);
  if (index > kMaxRtpIndex) {
    return drop(InboundDrop::kMalformed);
  }
  if (known != nullptr && isReplay(known->rtpSeen, known->nextIndex, index)) {
    return drop(InboundDrop::kReplayed);
  }
  if (!m_usage.allowsRtp()) {
    return drop(InboundDrop::kKeyExhausted);
  }
  const auto length = m_transform->openRtp(packet, header->length, {header->ssrc, index});
  if (!length) {
    return drop(InboundDrop::kUnauthenticated);
  }
  m_usage.countRtp();
  InboundStream& stream = findOrAdd(header->ssrc);
  accept(stream.rtpSeen, stream.nextIndex, index);
  return length;
}

std::optional<std::size_t> InboundSession::unprotectRtcp(std::span<std::uint8_t> packet) {
  const std::size_t overhead = m_transform->info().rtcpTagLength + kRtcpIndexLength;
  if (packet.size() < kRtcpClearHeader + overhead || packet[0] >> 6U != 2) {
    return drop(InboundDrop::kMalformed);
  }
  const std::uint32_t ssrc = read32(&packet[4]);
  const std::uint32_t word = m_transform->rtcpIndexWord(packet);
  const std::uint64_t index = word & kMaxRtcpIndex;
  const InboundStream* known = find(ssrc);
  if (known != nullptr && isReplay(known->rtcpSeen, known->nextRtcpIndex, index)) {
    return drop(InboundDrop::kReplayed);
  }
  if (!m_usage.allowsRtcp()) {
    return drop(InboundDrop::kKeyExhausted);
  }
  const auto length = m_transform->openRtcp(packet, {ssrc, index}, (word & kEncryptedFlag) != 0);
  if (!length) {
    return drop(InboundDrop::kUnauthenticated);
  }
  m_usage.countRtcp();
  InboundStream& stream = findOrAdd(ssrc);
  accept(stream.rtcpSeen, stream.nextRtcpIndex, index);
  return length;
}

bool InboundSession::restore(std::span<const InboundStream> streams) {
  if (streams.size() > kMaxStreams || !std::ranges::all_of(streams, isPlausible)) {
    return false;
  }
  m_streams.assign(streams.begin(), streams.end());
  m_uses = 0;
  // The indices are the most that the key can have been used for.
  std::uint64_t rtp = 0;
  std::uint64_t rtcp = 0;
  for (const InboundStream& stream : m_streams) {
    m_uses = std::max(m_uses, stream.lastUse);
    rtp += stream.nextIndex;
    rtcp += stream.nextRtcpIndex;
  }
  m_usage.set(rtp, rtcp);
  return true;
}

}  // namespace kms::srtp
