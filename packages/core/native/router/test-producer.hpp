// For tests: a video producer, and a consumer that notes what it is given.
#pragma once

#include "router/test-lane.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace kms::router {

class RecordingConsumer : public Consumer {
 public:
  void onPackets(Producer&, std::span<const rtp::MediaPacket> packets, TimePoint) override {
    ++batches;
    for (const auto& packet : packets)
      sequences.push_back(static_cast<std::uint16_t>(packet.sequence));
  }
  void onFormat(const media::Format& format) override { formats.push_back(format.codec); }
  void onProducerClosed() override { closed = true; }

  int batches = 0;
  std::vector<std::uint16_t> sequences;
  std::vector<std::string> formats;
  bool closed = false;
};

/// Starts with packets of the last second.
class Late : public RecordingConsumer {
 public:
  [[nodiscard]] bool wantsReplay() const noexcept override { return true; }
};

class ProducerTest : public ::testing::Test {
 protected:
  ProducerTest() { m_producer->setCodecs(laneCodecs()); }
  ~ProducerTest() override { m_producer->close(); }

  bool give(std::uint16_t sequence, bool keyframe = false) {
    return router::give(m_lane, *m_producer, {sequence, sequence * 3000U, keyframe});
  }

  TestLane m_lane;
  int m_requests = 0;
  int m_nacksDue = 0;
  std::vector<std::string> m_formats;
  std::shared_ptr<Producer> m_producer = std::make_shared<Producer>(
      media::Medium::kVideo, m_lane.environment,
      ProducerOrigin{[this] { ++m_requests; }, [this] { ++m_nacksDue; },
                     [this](const media::Format& format) { m_formats.push_back(format.codec); }},
      std::make_shared<rtp::SenderClock>());
  RecordingConsumer m_consumer;
};

}  // namespace kms::router
