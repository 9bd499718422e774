#include "packet.hpp"
#include "transform.hpp"

#include <kms/srtp/outbound-session.hpp>

#include <algorithm>

namespace kms::srtp {
namespace {

bool isPlausible(const OutboundStream& stream) {
  // One past the last index is legal: the stream is used up.
  return stream.nextIndex <= kMaxRtpIndex + 1 && stream.nextRtcpIndex <= kMaxRtcpIndex + 1;
}

}  // namespace

OutboundSession::OutboundSession(const Keys& keys, const KeyLimits& limits)
    : m_transform(makeTransform(keys)), m_usage(limits) {}
OutboundSession::~OutboundSession() = default;
OutboundSession::OutboundSession(OutboundSession&&) noexcept = default;
OutboundSession& OutboundSession::operator=(OutboundSession&&) noexcept = default;

bool OutboundSession::addSsrc(std::uint32_t ssrc) {
  return findOrAdd(ssrc) != nullptr;
}

OutboundStream* OutboundSession::findOrAdd(std::uint32_t ssrc) {
  if (m_lastStream < m_streams.size() && m_streams[m_lastStream].ssrc == ssrc) {
    return &m_streams[m_lastStream];
  }
  const auto found = std::ranges::find(m_streams, ssrc, &OutboundStream::ssrc);
  m_lastStream = static_cast<std::size_t>(found - m_streams.begin());
  if (found != m_streams.end()) {
    return &*found;
  }
  if (m_streams.size() == kMaxStreams) {
    return nullptr;
  }
  return &m_streams.emplace_back(OutboundStream{.ssrc = ssrc});
}

std::size_t OutboundSession::protectRtp(const RtpParts& parts, std::span<std::uint8_t> out) {
  const auto header = parseRtpHeader(parts.header);
  const std::size_t plain = parts.header.size() + parts.prefix.size() + parts.payload.size();
  if (!header || header->length != parts.header.size() || out.size() < plain + rtpOverhead()) {
    return 0;
  }
  OutboundStream* stream = findOrAdd(header->ssrc);
  if (stream == nullptr) {
    return 0;
  }
  const std::uint64_t index = stream->nextIndex == 0
                                  ? header->sequence
                                  : estimateIndex(stream->nextIndex - 1, header->sequence);
  if (index > kMaxRtpIndex || !m_usage.allowsRtp()) {
    return 0;
  }
  m_usage.countRtp();
  const std::size_t length = m_transform->sealRtp(parts, {header->ssrc, index}, out);
  stream->nextIndex = std::max(stream->nextIndex, index + 1);
  return length;
}

std::size_t OutboundSession::protectRtp(std::span<const std::uint8_t> header,
                                        std::span<const std::uint8_t> payload,
                                        std::span<std::uint8_t> out) {
  return protectRtp({header, {}, payload}, out);
}

std::size_t OutboundSession::protectRtp(std::span<std::uint8_t> buffer, std::size_t length) {
  if (length > buffer.size()) {
    return 0;
  }
  const auto packet = buffer.first(length);
  const auto header = parseRtpHeader(packet);
  if (!header) {
    return 0;
  }
  return protectRtp({packet.first(header->length), {}, packet.subspan(header->length)}, buffer);
}

std::size_t OutboundSession::protectRtcp(std::span<const std::uint8_t> packet,
                                         std::span<std::uint8_t> out) {
  if (packet.size() < kRtcpClearHeader || packet[0] >> 6U != 2 ||
      out.size() < packet.size() + rtcpOverhead()) {
    return 0;
  }
  OutboundStream* stream = findOrAdd(read32(&packet[4]));
  if (stream == nullptr || stream->nextRtcpIndex > kMaxRtcpIndex || !m_usage.allowsRtcp()) {
    return 0;
  }
  m_usage.countRtcp();
  return m_transform->sealRtcp(packet, {stream->ssrc, stream->nextRtcpIndex++}, out);
}

void OutboundSession::addHot(HotMemory& hot) const noexcept {
  hot.add(this);
  hot.add(m_streams.data());
  m_transform->addHot(hot);
}

std::size_t OutboundSession::rtpOverhead() const {
  return m_transform->info().rtpTagLength;
}

std::size_t OutboundSession::rtcpOverhead() const {
  return m_transform->info().rtcpTagLength + kRtcpIndexLength;
}

bool OutboundSession::restore(std::span<const OutboundStream> streams) {
  if (streams.size() > kMaxStreams || !std::ranges::all_of(streams, isPlausible)) {
    return false;
  }
  m_streams.assign(streams.begin(), streams.end());
  // The indices are the most that the key can have been used for.
  std::uint64_t rtp = 0;
  std::uint64_t rtcp = 0;
  for (const OutboundStream& stream : m_streams) {
    rtp += stream.nextIndex;
    rtcp += stream.nextRtcpIndex;
  }
  m_usage.set(rtp, rtcp);
  return true;
}

}  // namespace kms::srtp
