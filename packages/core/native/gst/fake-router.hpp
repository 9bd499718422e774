// The router's end of the bridge for tests of branches: packets that a feed gets can be looked at,
// or go on to taps.
#pragma once

#include <kms/gst/branch.hpp>
#include <kms/router/bridge.hpp>
#include <kms/testing/media-bench.hpp>

#include <memory>
#include <mutex>
#include <vector>

namespace kms::testing {

struct Packet {
  std::vector<std::uint8_t> bytes;
  TimePoint capture;

  [[nodiscard]] std::uint16_t sequence() const {
    return static_cast<std::uint16_t>(bytes[2] << 8U | bytes[3]);
  }
  [[nodiscard]] std::uint32_t timestamp() const {
    return std::uint32_t{bytes[4]} << 24U | std::uint32_t{bytes[5]} << 16U |
           std::uint32_t{bytes[6]} << 8U | bytes[7];
  }
};

class FakeTap;

/// Stands in for a producer: what the feed pushed, and who listens.
struct FakeProducer {
  router::FeedConfig config;
  Arrivals<Packet> packets;
  std::mutex mutex;
  std::vector<FakeTap*> taps;
};

inline std::shared_ptr<router::Producer> asProducer(const std::shared_ptr<FakeProducer>& fake) {
  return {fake, reinterpret_cast<router::Producer*>(fake.get())};
}
inline FakeProducer& asFake(const std::shared_ptr<router::Producer>& producer) {
  return *reinterpret_cast<FakeProducer*>(producer.get());
}

class FakeTap final : public router::Tap {
 public:
  explicit FakeTap(router::TapConfig config) : m_config(std::move(config)) {}
  ~FakeTap() override { setSource(nullptr); }
  FakeTap(const FakeTap&) = delete;
  FakeTap& operator=(const FakeTap&) = delete;

  void setSource(std::shared_ptr<router::Producer> producer) override {
    if (m_producer) {
      const std::scoped_lock lock(asFake(m_producer).mutex);
      std::erase(asFake(m_producer).taps, this);
    }
    m_producer = std::move(producer);
    if (!m_producer) return;
    if (m_config.onFormat) m_config.onFormat(asFake(m_producer).config.format);
    {
      const std::scoped_lock lock(asFake(m_producer).mutex);
      asFake(m_producer).taps.push_back(this);
    }
    requestKeyframe();
  }
  void requestKeyframe() override {
    if (m_producer && asFake(m_producer).config.onKeyframeRequest) {
      asFake(m_producer).config.onKeyframeRequest();
    }
  }
  void take(const Packet& packet) { m_config.onRtp(packet.bytes, packet.capture); }

 private:
  router::TapConfig m_config;
  std::shared_ptr<router::Producer> m_producer;
};

class FakeFeed final : public router::Feed {
 public:
  explicit FakeFeed(std::shared_ptr<FakeProducer> producer) : m_producer(std::move(producer)) {}

  void push(std::span<const std::uint8_t> rtp, TimePoint capture) override {
    const Packet packet{{rtp.begin(), rtp.end()}, capture};
    m_producer->packets.add(packet);
    const std::scoped_lock lock(m_producer->mutex);
    for (FakeTap* tap : m_producer->taps) tap->take(packet);
  }
  [[nodiscard]] std::shared_ptr<router::Producer> producer() const override {
    return asProducer(m_producer);
  }
  [[nodiscard]] router::FeedStats stats() const override { return {}; }

 private:
  std::shared_ptr<FakeProducer> m_producer;
};

inline gst::BranchPorts fakePorts() {
  return {[](router::FeedConfig config) {
            auto producer = std::make_shared<FakeProducer>();
            producer->config = std::move(config);
            return std::make_unique<FakeFeed>(producer);
          },
          [](router::TapConfig config) { return std::make_unique<FakeTap>(std::move(config)); }};
}

}  // namespace kms::testing
