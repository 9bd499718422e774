// For tests of RtpObjects: what they run on, and media that goes from one to another.
#pragma once

#include "test-driven.hpp"

#include <kms/router/bridge.hpp>
#include <kms/router/producer.hpp>
#include <kms/router/router.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

namespace kms::elements {

/// Two I/O threads on 127.0.0.1.
class RtpObjectTest : public ::testing::Test {
 protected:
  /// A source of Opus, SSRC 7, payload type 97, on the first thread.
  std::unique_ptr<router::Feed> opusFeed() {
    router::FeedConfig config;
    config.medium = media::Medium::kAudio;
    config.format = {"OPUS", 48000, 2, {}};
    config.payloadType = 97;
    config.ssrc = 7;
    return m_router.createFeed(0, config);
  }

  /// Feeds `a` until audio comes out of `b`, and expects the events of both.
  void expectAudio(router::Feed& feed, DrivenObject& a, DrivenObject& b) {
    a.link(media::Medium::kAudio, std::make_shared<media::Stream>(feed.producer()));
    std::promise<void> arrived;
    std::once_flag once;
    router::TapConfig tapConfig;
    tapConfig.onRtp = [&](std::span<const std::uint8_t>, TimePoint) {
      std::call_once(once, [&] { arrived.set_value(); });
    };
    const auto tap = m_router.createTap(1, std::move(tapConfig));
    tap->setSource(b.object().source(media::Medium::kAudio)->producer);
    auto future = arrived.get_future();
    std::uint8_t sequence = 0;
    do {
      const std::uint8_t packet[] = {0x80, 97, 0, sequence++, 0, 0, 0, 0, 0, 0, 0, 7, 1, 2, 3};
      feed.push(packet, m_clock.now());
    } while (future.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready &&
             sequence < 250);
    EXPECT_LT(sequence, 250);
    EXPECT_TRUE(a.await("flow", "direction", "in"));
    EXPECT_TRUE(b.await("flow", "direction", "out"));
    EXPECT_TRUE(b.await("sourceFormat", "kind", "rtp"));
    EXPECT_TRUE(b.await("mediaStateChanged", "state", "CONNECTED"));
  }

  /// The code with which a sink refuses a stream; 0 when it takes it.
  static int refusal(DrivenObject& driven, media::Medium medium,
                     std::shared_ptr<media::Stream> stream) {
    int code = 0;
    driven.run([&] {
      try {
        driven.object().sink(medium)->setSource(std::move(stream));
      } catch (const Error& error) {
        code = error.code();
      }
    });
    return code;
  }
  static std::shared_ptr<media::Stream> frames() {
    return std::make_shared<media::Stream>(std::shared_ptr<gst::FrameSource>());
  }

  SystemClock m_clock;
  router::Router m_router{router::RouterConfig{{{}, {}}, {"lo"}}, m_clock};
  alignas(64) std::byte m_nowhere[64]{};  // RtpObjects do not touch GStreamer
  host::Services m_services{m_clock, m_router, *reinterpret_cast<gst::Runtime*>(m_nowhere)};
};

}  // namespace kms::elements
