#include "router/mirror-imports.hpp"

#include "router/mirror-exports.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kms::router {

namespace {

/// A mirror without consumers goes at the second sweep: those who come and go find it still there.
constexpr Duration kSweepInterval = std::chrono::seconds(1);

}  // namespace

MirrorImports::MirrorImports(MirrorLink& link, MirrorExports& exports, Environment& environment)
    : m_link(link),
      m_exports(exports),
      m_environment(environment),
      m_sweepTimer(environment.timers, [this] { sweep(); }) {}

std::shared_ptr<Producer> MirrorImports::mirrorOf(const std::shared_ptr<Producer>& origin) {
  const auto found = std::ranges::find_if(
      m_mirrors, [&](const auto& entry) { return entry.second.origin == origin; });
  if (found != m_mirrors.end()) {
    found->second.wasIdle = false;
    return found->second.producer;
  }
  const std::uint32_t id = ++m_lastId;
  const auto added = m_mirrors.emplace(id, make(id, origin)).first;
  if (!m_sweepTimer.active()) m_sweepTimer.start(m_environment.clock.now() + kSweepInterval);
  m_link.from.post([exports = &m_exports, id, origin, hint = added->second.hint] {
    exports->open(id, origin, hint);
  });
  return added->second.producer;
}

MirrorImports::Mirror MirrorImports::make(std::uint32_t id,
                                          const std::shared_ptr<Producer>& origin) {
  ProducerOrigin asked;
  asked.requestKeyframe = [this, id] {
    m_link.from.post([exports = &m_exports, id] { exports->requestKeyframe(id); });
  };
  Mirror mirror;
  mirror.origin = origin;
  mirror.producer = std::make_shared<Producer>(origin->medium(), m_environment, std::move(asked),
                                               std::make_shared<rtp::SenderClock>());
  return mirror;
}

MirrorImports::Mirror* MirrorImports::find(std::uint32_t id) {
  const auto found = m_mirrors.find(id);
  return found == m_mirrors.end() ? nullptr : &found->second;
}

void MirrorImports::drain() {
  while (Crossing* crossing = m_link.crossings.front()) {
    Mirror* mirror = find(crossing->mirror);
    // Its format is still on the way, as a task.
    if (mirror != nullptr && mirror->formats < crossing->format) return;
    crossing->media.packet = m_link.loan.borrow(crossing->lent);
    const rtp::MediaPacket media = std::exchange(crossing->media, {});
    const std::uint32_t generation = crossing->generation;
    const auto capture = crossing->capture;
    m_link.crossings.pop();
    if (mirror != nullptr) mirror->producer->receiveMirrored(media, generation, capture);
  }
}

void MirrorImports::onFormat(std::uint32_t id, std::uint32_t number, const media::Format& format) {
  drain();  // what came before is of the format before
  Mirror* mirror = find(id);
  if (mirror == nullptr) return;
  mirror->formats = number;
  CodecParameters codec;
  codec.format = format;
  mirror->producer->setCodecs({codec});
  mirror->producer->expect(codec.payloadType);
}

void MirrorImports::onOriginClosed(std::uint32_t id) {
  drain();
  const auto found = m_mirrors.find(id);
  if (found != m_mirrors.end()) remove(found);
}

void MirrorImports::remove(Mirrors::iterator mirror) {
  const std::uint32_t id = mirror->first;
  const auto producer = mirror->second.producer;
  m_mirrors.erase(mirror);
  m_link.from.post([exports = &m_exports, id] { exports->end(id); });
  producer->close();
}

void MirrorImports::sweep() {
  for (auto each = m_mirrors.begin(); each != m_mirrors.end();) {
    const auto next = std::next(each);
    const Producer& mirror = *each->second.producer;
    each->second.hint->store(mirror.bitrateHint(), std::memory_order_relaxed);
    const bool isIdle = !mirror.hasConsumers();
    if (std::exchange(each->second.wasIdle, isIdle) && isIdle) remove(each);
    each = next;
  }
  if (!m_mirrors.empty()) m_sweepTimer.start(m_environment.clock.now() + kSweepInterval);
}

void MirrorImports::close() {
  m_sweepTimer.stop();
  while (!m_mirrors.empty()) remove(m_mirrors.begin());
  drain();
}

}  // namespace kms::router
