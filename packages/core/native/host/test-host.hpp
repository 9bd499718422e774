// A host with hand-turned executors, for tests.
#pragma once

#include <kms/host/host.hpp>
#include <kms/io/executor.hpp>

#include <deque>
#include <string>
#include <vector>

namespace kms::host::test {

/// Runs its tasks when the test says so.
class ManualExecutor final : public io::Executor {
 public:
  bool post(std::function<void()> task) override {
    if (m_ended) return false;
    m_tasks.push_back(std::move(task));
    return true;
  }
  [[nodiscard]] bool isCurrent() const noexcept override { return m_running; }
  void run() {
    m_running = true;
    while (!m_tasks.empty()) {
      const auto task = std::move(m_tasks.front());
      m_tasks.pop_front();
      task();
    }
    m_running = false;
  }
  void end() { m_ended = true; }

 private:
  std::deque<std::function<void()>> m_tasks;
  bool m_running = false;
  bool m_ended = false;
};

struct TestHost {
  ManualClock clock;
  ManualExecutor home;
  alignas(64) std::byte nowhere[64]{};  // what no test class touches
  Services services{clock, *reinterpret_cast<router::Router*>(nowhere),
                    *reinterpret_cast<gst::Runtime*>(nowhere)};
  std::vector<std::string> log;  // events and answers, in order
  Outbox outbox{[] {}};
  Host host{services, outbox, [this](const std::string& id, const std::string& type, const Map&) {
              log.push_back(id + " " + type);
            }};

  /// A completion that logs "<name> ok" or "<name> <code>".
  Completion logged(const std::string& name) {
    return Completion([this, name](const Outcome& outcome) {
      const auto* error = std::get_if<Error>(&outcome);
      log.push_back(name + " " + (error == nullptr ? "ok" : std::to_string(error->code())));
    });
  }
  /// Runs the executor and the outbox, and gives what was logged since the last time.
  std::vector<std::string> turn() {
    home.run();
    outbox.drain();
    return std::exchange(log, {});
  }
};

}  // namespace kms::host::test
