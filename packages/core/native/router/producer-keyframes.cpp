// How consumers of a Producer come by a keyframe: from the buffer, or from the origin.
#include <kms/router/producer.hpp>

#include <vector>

namespace kms::router {

using std::chrono::milliseconds;

namespace {

constexpr Duration kKeyframeInterval = milliseconds(300);
constexpr Duration kKeyframeRetry = milliseconds(600);

}  // namespace

bool Producer::replay(Consumer& consumer) {
  const TimePoint now = m_environment.clock.now();
  if (m_closed || m_medium != media::Medium::kVideo || !m_delivering.empty()) return false;
  deliver(now);  // else these would come twice
  const auto first = m_keyframe.first(now);
  if (!first || m_buffer.find(*first) == nullptr) return false;
  std::vector<rtp::MediaPacket> packets;
  for (std::int64_t number = *first; number <= m_buffer.highest(); ++number) {
    if (const rtp::MediaPacket* packet = m_buffer.find(number)) packets.push_back(*packet);
  }
  consumer.onPackets(*this, packets, now);
  return true;
}

void Producer::requestKeyframe() {
  if (m_closed || m_medium != media::Medium::kVideo) return;
  m_keyframeWanted = true;
  const TimePoint now = m_environment.clock.now();
  if (!m_lastKeyframeRequest || now - *m_lastKeyframeRequest >= kKeyframeInterval) {
    askOrigin(now);
  } else {
    m_keyframeTimer.startBefore(*m_lastKeyframeRequest + kKeyframeInterval);
  }
}

void Producer::askOrigin(TimePoint now) {
  m_lastKeyframeRequest = now;
  m_keyframeTimer.start(now + kKeyframeRetry);
  ++m_counters.keyframeRequests;
  if (m_origin.requestKeyframe) m_origin.requestKeyframe();
}

void Producer::onKeyframeTimer() {
  if (m_keyframeWanted && !m_consumers.empty()) askOrigin(m_environment.clock.now());
}

}  // namespace kms::router
