// For tests: a seeded link between a sender with an estimator and a receiver that sends
// transport-wide feedback, in simulated time.
#pragma once

#include <kms/congestion/pacer.hpp>
#include <kms/congestion/send-estimator.hpp>
#include <kms/rtp/transport-feedback.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace kms::congestion {

struct LinkConfig {
  std::uint64_t rate = 1'000'000;  // bit/s
  Duration delay = std::chrono::milliseconds(25);
  Duration queue = std::chrono::milliseconds(300);  // longer ones lose their tail
  double loss = 0;
  double reorder = 0;  // share of packets that come up to 15 ms late
};

/// One queue with one rate, shared by whoever sends into it.
class TestLink {
 public:
  TestLink(const LinkConfig& settings, unsigned seed) : config(settings), m_random(seed) {}

  /// When a packet sent `now` arrives; empty: it is lost.
  std::optional<TimePoint> send(std::size_t bytes, TimePoint now) {
    if (m_chance(m_random) < config.loss) return std::nullopt;
    m_free = std::max(m_free, now);
    if (m_free - now > config.queue) return std::nullopt;
    m_free += std::chrono::nanoseconds(bytes * 8'000'000'000 / config.rate);
    const bool late = m_chance(m_random) < config.reorder;
    return m_free + config.delay + (late ? std::chrono::milliseconds(m_random() % 15) : Duration{});
  }

  LinkConfig config;

 private:
  TimePoint m_free{};
  std::mt19937 m_random;
  std::uniform_real_distribution<> m_chance{0, 1};
};

/// Sends frames of 30 a second at what `mediaRate` says, and probes, into a link.
class TestSender {
 public:
  using Rate = std::function<std::uint64_t(std::uint64_t estimate)>;

  TestSender(TestLink& link, Rate mediaRate, std::uint64_t wanted = 0)
      : m_link(link), m_mediaRate(std::move(mediaRate)), m_wanted(wanted) {}

  /// One millisecond.
  void step(TimePoint now) {
    deliver(now);
    if (m_tick % 33 == 0) sendFrame(now);
    sendProbe(now);
    if (m_tick % 100 == 99) sendFeedback(now);
    ++m_tick;
  }
  [[nodiscard]] std::uint64_t estimate() const {
    return estimator.bitrate().value_or(kStartBitrate);
  }

  SendEstimator estimator;
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;
  std::uint64_t probes = 0;

 private:
  void sendPacket(std::size_t bytes, TimePoint now, std::uint16_t probe) {
    const std::uint16_t sequence = m_sequence++;
    estimator.onSent(sequence, bytes, now, probe);
    ++sent;
    const auto arrival = m_link.send(bytes, now);
    if (arrival) {
      m_onTheWay.emplace(*arrival, sequence);
    } else {
      ++lost;
    }
  }
  void sendFrame(TimePoint now) {
    std::size_t left = m_mediaRate(estimate()) * 33 / 8000;
    for (; left > 0; left -= std::min<std::size_t>(left, 1100))
      sendPacket(std::clamp<std::size_t>(left, 100, 1100), now, m_probe.id);
  }
  void sendProbe(TimePoint now) {
    if (m_probeLeft <= 0) {
      m_probe = {};
      const auto plan = estimator.pollProbe(m_wanted, now);
      if (!plan) return;
      ++probes;
      m_probe = *plan;
      m_probeLeft = plan->bytes;
      m_probeCredit = 0;
    }
    m_probeCredit += static_cast<std::int64_t>(m_probe.bitrate / 8000);
    for (; m_probeCredit > 0 && m_probeLeft > 0; m_probeCredit -= 1100, m_probeLeft -= 1100)
      sendPacket(1100, now, m_probe.id);
  }
  void deliver(TimePoint now) {
    while (!m_onTheWay.empty() && m_onTheWay.begin()->first <= now) {
      m_receiver.onPacket(m_onTheWay.begin()->second, m_onTheWay.begin()->first);
      m_onTheWay.erase(m_onTheWay.begin());
    }
    while (!m_back.empty() && m_back.begin()->first <= now) {
      rtp::RtcpReader packets(m_back.begin()->second);
      while (const auto packet = packets.next()) {
        rtp::FeedbackReader reader(*packet);
        estimator.onFeedback(reader, now);
      }
      m_back.erase(m_back.begin());
    }
  }
  void sendFeedback(TimePoint now) {
    rtp::RtcpWriter writer;
    while (m_receiver.build(writer, 1, 2)) {
      m_back.emplace(now + m_link.config.delay,
                     std::vector(writer.bytes().begin(), writer.bytes().end()));
      writer.clear();
    }
  }

  TestLink& m_link;
  Rate m_mediaRate;
  std::uint64_t m_wanted;
  rtp::TransportFeedback m_receiver;
  std::multimap<TimePoint, std::uint16_t> m_onTheWay;
  std::multimap<TimePoint, std::vector<std::uint8_t>> m_back;
  std::uint16_t m_sequence = 65'000;
  unsigned m_tick = 0;
  ProbePlan m_probe;
  std::int64_t m_probeLeft = 0;
  std::int64_t m_probeCredit = 0;
};

/// Runs senders side by side; returns the mean estimate of each over the last half.
inline std::vector<double> run(std::vector<TestSender*> senders, TimePoint& now, Duration time) {
  std::vector<double> mean(senders.size());
  const auto steps = time / std::chrono::milliseconds(1);
  for (std::int64_t i = 0; i < steps; ++i) {
    now += std::chrono::milliseconds(1);
    for (std::size_t k = 0; k < senders.size(); ++k) {
      senders[k]->step(now);
      if (i >= steps / 2)
        mean[k] += static_cast<double>(senders[k]->estimate()) / static_cast<double>(steps / 2);
    }
  }
  return mean;
}

}  // namespace kms::congestion
