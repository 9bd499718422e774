// Two ends of data channels over a simulated link, in simulated time and on the test's thread.
#pragma once

#include "dtls/simulated-time.hpp"
#include "sctp/stack.hpp"

#include <kms/sctp/data-channels.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace kms::sctp::testing {

/// An executor that the test runs.
class Pump final : public io::Executor {
 public:
  bool post(std::function<void()> task) override {
    m_tasks.push_back(std::move(task));
    return true;
  }
  [[nodiscard]] bool isCurrent() const noexcept override { return m_isRunning; }
  /// Runs tasks until there are none; false when there were none.
  bool run() {
    const bool hadTasks = !m_tasks.empty();
    m_isRunning = true;
    while (!m_tasks.empty()) {
      const auto task = std::move(m_tasks.front());
      m_tasks.pop_front();
      task();
    }
    m_isRunning = false;
    return hadTasks;
  }

 private:
  std::deque<std::function<void()>> m_tasks;
  bool m_isRunning = false;
};

/// Packets under way in one direction.
class Pipe {
 public:
  std::size_t perStep = 1'000'000;  ///< packets that pass in 10 ms
  double loss = 0;                  ///< part of the packets that get lost, 0..1
  std::size_t largest = 0;          ///< bytes, of the packets so far
  Bytes last;                       ///< packet so far
  std::function<void(std::span<const std::uint8_t>)> deliver;
  std::function<void(Bytes&)> change;  ///< made to each packet; may be empty

  void send(std::span<const std::uint8_t> packet) {
    largest = std::max(largest, packet.size());
    last.assign(packet.begin(), packet.end());
    if (std::uniform_real_distribution(0.0, 1.0)(m_random) < loss) return;
    m_packets.emplace_back(packet.begin(), packet.end());
    // Copied, since it may replace itself.
    if (const auto changes = change) changes(m_packets.back());
  }
  bool run() {
    bool hasPassed = false;
    while (!m_packets.empty() && m_passed < perStep) {
      const Bytes packet = std::move(m_packets.front());
      m_packets.pop_front();
      ++m_passed;
      deliver(packet);
      hasPassed = true;
    }
    return hasPassed;
  }
  void beginStep() { m_passed = 0; }

 private:
  std::mt19937 m_random{1};  // NOLINT: the same losses each time
  std::deque<Bytes> m_packets;
  std::size_t m_passed = 0;
};

/// Keeps the messages that come out of a source.
class Inbox final : public media::DataSink {
 public:
  void onMessage(const media::DataMessage& message) override { messages.push_back(message); }
  std::vector<media::DataMessage> messages;
};

/// One end, with what it was told.
struct End {
  End(io::Executor& home, const StackAccess& access, Config config)
      : channels(std::make_shared<DataChannels>(home)), inbox(std::make_shared<Inbox>()) {
    channels->setEvents({[this](std::uint16_t id) { opened.push_back(id); },
                         [this](std::uint16_t id) { closed.push_back(id); }});
    channels->source()->attach(inbox);
    channels->negotiate(access, config);
  }

  std::shared_ptr<DataChannels> channels;
  std::shared_ptr<Inbox> inbox;
  std::vector<std::uint16_t> opened;
  std::vector<std::uint16_t> closed;
  Pipe out;
};

inline media::DataMessage text(std::string_view what, std::string label = {}) {
  return {std::make_shared<const Bytes>(what.begin(), what.end()), true, {}, std::move(label)};
}
inline media::DataMessage bytes(std::size_t size, std::uint8_t seed) {
  Bytes payload(size);
  for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(seed + i * 7);
  return {std::make_shared<const Bytes>(std::move(payload)), false, {}, {}};
}

/// The SCTP stack and the executors, without any end yet.
class World {
 public:
  static constexpr std::size_t kMtu = 1163;  // what DTLS leaves of 1200
  const std::shared_ptr<DropTotals> drops = std::make_shared<DropTotals>();  // of all ends

  [[nodiscard]] StackAccess access() { return {sctp, &stack, drops}; }
  /// Everything that can happen now, then 10 ms pass.
  void step() {
    for (Pipe* pipe : pipes) pipe->beginStep();
    bool isBusy = true;
    while (isBusy) {
      isBusy = sctp->run();
      isBusy = home.run() || isBusy;
      for (Pipe* pipe : pipes) isBusy = pipe->run() || isBusy;
    }
    clock.advance(Stack::kTick);
    sctp->post([this] { stack.tick(Stack::kTick); });
  }
  /// Steps until `condition` holds; false when it does not within `seconds` of simulated time.
  bool until(const std::function<bool()>& condition, int seconds = 60) {
    for (int i = 0; i < seconds * 100; ++i) {
      step();
      if (condition()) return true;
    }
    return false;
  }

  ManualClock clock;
  dtls::SimulatedTime time{clock};  // the library measures round trips by gettimeofday()
  std::shared_ptr<Pump> sctp = std::make_shared<Pump>();
  Pump home;
  Stack stack{*sctp};
  std::vector<Pipe*> pipes;
};

/// Lets the packets of two ends reach each other, and the ends connect.
inline void join(World& world, End& left, End& right) {
  left.out.deliver = [&right](auto packet) { right.channels->receive(packet); };
  right.out.deliver = [&left](auto packet) { left.channels->receive(packet); };
  for (End* end : {&left, &right}) {
    world.pipes.push_back(&end->out);
    end->channels->connect(World::kMtu, [end](auto packet) { end->out.send(packet); });
  }
}

/// Two ends that are connected.
class Pair : public World {
 public:
  explicit Pair(std::size_t leftTakes = 0, std::size_t rightTakes = 0)
      : left(home, access(), {.isDtlsClient = true, .maxMessageSize = rightTakes}),
        right(home, access(), {.isDtlsClient = false, .maxMessageSize = leftTakes}) {
    join(*this, left, right);
  }
  ~Pair() {
    for (End* end : {&left, &right}) end->channels->disconnect();
    sctp->run();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  /// Opens a channel from `from`; its id once both ends know of it.
  std::uint16_t open(End& from, const ChannelOptions& options = {}) {
    std::optional<std::uint16_t> id;
    from.channels->open(options, [&id](const DataChannels::Opened& opened) {
      id = std::get<std::uint16_t>(opened);
    });
    const auto has = [&id](const End& end) {
      return id && std::ranges::find(end.opened, *id) != end.opened.end();
    };
    return until([&] { return has(left) && has(right); }) ? *id : 0xFFFF;
  }
  [[nodiscard]] Stats stats(End& of) {
    Stats result;
    of.channels->stats([&result](const Stats& stats) { result = stats; });
    step();
    return result;
  }

  End left;
  End right;
};

}  // namespace kms::sctp::testing
