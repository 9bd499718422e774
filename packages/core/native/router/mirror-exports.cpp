#include "router/mirror-exports.hpp"

#include "router/mirror-imports.hpp"

#include <utility>

namespace kms::router {

class MirrorExports::Feed final : public Consumer {
 public:
  Feed(MirrorExports& exports, std::uint32_t id, std::shared_ptr<const MirrorHint> hint)
      : m_exports(exports), m_id(id), m_hint(std::move(hint)) {}
  ~Feed() override {
    if (m_origin) m_origin->detach(*this);
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void start(std::shared_ptr<Producer> origin) {
    m_origin = std::move(origin);
    const auto attached = m_origin;
    attached->attach(*this);
  }
  void requestKeyframe() {
    if (m_origin) m_origin->requestKeyframe();
  }

  void onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                 TimePoint) override {
    for (const rtp::MediaPacket& packet : packets) {
      Crossing about;
      about.mirror = m_id;
      about.generation = producer.generation();
      about.format = m_formats;
      about.capture = producer.capture(packet.timestamp);
      m_exports.push(about, packet);
    }
    m_exports.m_link.to.wake();
  }
  void onFormat(const media::Format& format) override {
    ++m_formats;
    m_exports.m_link.to.post([imports = &m_exports.m_imports, id = m_id, number = m_formats,
                              format] { imports->onFormat(id, number, format); });
  }
  void onProducerClosed() override {
    m_origin.reset();
    m_exports.m_link.to.post(
        [imports = &m_exports.m_imports, id = m_id] { imports->onOriginClosed(id); });
  }
  [[nodiscard]] bool wantsReplay() const noexcept override { return true; }
  [[nodiscard]] bool isRelay() const noexcept override { return true; }
  [[nodiscard]] std::uint64_t bitrateHint() const noexcept override {
    return m_hint->load(std::memory_order_relaxed);
  }

 private:
  MirrorExports& m_exports;
  const std::uint32_t m_id;
  const std::shared_ptr<const MirrorHint> m_hint;
  std::shared_ptr<Producer> m_origin;
  std::uint32_t m_formats = 0;
};

MirrorExports::MirrorExports(MirrorLink& link, MirrorImports& imports)
    : m_link(link), m_imports(imports) {}

MirrorExports::~MirrorExports() = default;

void MirrorExports::open(std::uint32_t id, std::shared_ptr<Producer> origin,
                         std::shared_ptr<const MirrorHint> hint) {
  auto& feed = m_feeds[id] = std::make_unique<Feed>(*this, id, std::move(hint));
  feed->start(std::move(origin));
}

void MirrorExports::requestKeyframe(std::uint32_t id) {
  const auto found = m_feeds.find(id);
  if (found != m_feeds.end()) found->second->requestKeyframe();
}

void MirrorExports::end(std::uint32_t id) {
  m_feeds.erase(id);
}

void MirrorExports::close() {
  m_feeds.clear();
  collect();
}

void MirrorExports::push(Crossing about, const rtp::MediaPacket& media) {
  Crossing* place = m_link.crossings.next();
  about.lent = place == nullptr ? nullptr : m_link.loan.lend(media.packet);
  if (about.lent == nullptr) {
    ++m_dropped;
    return;
  }
  about.media = media;
  about.media.packet.reset();
  *place = std::move(about);
  m_link.crossings.push();
  ++m_lent;
}

}  // namespace kms::router
