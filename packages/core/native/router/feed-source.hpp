// What is behind a Feed: a bounded ring from one pushing thread to the I/O thread.
#pragma once

#include <kms/router/bridge.hpp>
#include <kms/router/producer.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace kms::router {

/// Shared by the handle and the I/O thread. `push` on one thread at a time, `drain` and `close` on
/// the I/O thread.
class FeedSource {
 public:
  /// `wake` is called by the pushing thread when there is something to drain.
  FeedSource(FeedConfig config, Environment& environment, std::function<void()> wake);

  void push(std::span<const std::uint8_t> rtp, TimePoint capture);
  void drain();
  void close();
  [[nodiscard]] const std::shared_ptr<Producer>& producer() const noexcept { return m_producer; }
  [[nodiscard]] FeedStats stats() const noexcept;

 private:
  static constexpr std::size_t kSlots = 256;

  struct Slot {
    TimePoint capture;
    std::uint32_t size = 0;
    std::array<std::uint8_t, io::kPacketCapacity> data;
  };

  [[nodiscard]] bool acceptable(std::span<const std::uint8_t> rtp) const;
  void take(const Slot& slot);
  void passHintOn();

  static constexpr Duration kHintInterval = std::chrono::milliseconds(250);

  FeedConfig m_config;
  Environment& m_environment;
  std::function<void()> m_wake;
  std::shared_ptr<Producer> m_producer;
  std::unique_ptr<Slot[]> m_slots;
  TimePoint m_hintPassed{};
  std::uint64_t m_hint = 0;
  std::atomic<std::size_t> m_head{0};  // next to drain
  std::atomic<std::size_t> m_tail{0};  // next to fill
  std::atomic<std::uint64_t> m_pushed{0};
  std::atomic<std::uint64_t> m_dropped{0};
};

/// The handle.
class RemoteFeed final : public Feed {
 public:
  RemoteFeed(std::shared_ptr<FeedSource> source,
             std::function<void(std::shared_ptr<FeedSource>)> release)
      : m_source(std::move(source)), m_release(std::move(release)) {}
  ~RemoteFeed() override { m_release(m_source); }
  void push(std::span<const std::uint8_t> rtp, TimePoint capture) override {
    m_source->push(rtp, capture);
  }
  [[nodiscard]] std::shared_ptr<Producer> producer() const override { return m_source->producer(); }
  [[nodiscard]] FeedStats stats() const override { return m_source->stats(); }

 private:
  std::shared_ptr<FeedSource> m_source;
  std::function<void(std::shared_ptr<FeedSource>)> m_release;
};

}  // namespace kms::router
