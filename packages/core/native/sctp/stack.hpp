// usrsctp, which a process has once: its timers, and the way from its callbacks to our sockets.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/value.hpp>
#include <kms/io/executor.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <utility>

namespace kms::sctp {

class UsrSocket;

/// The library while it is used, without threads of its own for packets and timers. One at a time
/// in a process; the library stays started from the first one to the end of the process.
/// Everything, constructor and destructor included, where the tasks of `executor` run, or while
/// none do.
class Stack {
 public:
  /// How often tick() should be called while there are sockets.
  static constexpr std::chrono::milliseconds kTick{10};

  /// Starts the library, if this is the first. `executor` outlives it. Throws Error 40003 when
  /// there is a Stack already.
  explicit Stack(io::Executor& executor);
  /// All sockets must be gone; lets one second pass for what the library still keeps of them.
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  [[nodiscard]] io::Executor& executor() const noexcept { return m_executor; }
  /// Lets the library's timers know that `elapsed` has passed, and the sockets do what follows.
  void tick(std::chrono::milliseconds elapsed);
  /// The sum of all ticks.
  [[nodiscard]] std::chrono::milliseconds elapsed() const noexcept { return m_elapsed; }
  [[nodiscard]] bool isIdle() const noexcept { return m_sockets.empty(); }
  /// `onBusy` is called when there is a socket where there was none: ticks are needed.
  void setOnBusy(std::function<void()> onBusy) { m_onBusy = std::move(onBusy); }

  /// Gives `socket` the number by which the library knows it; no number is used twice in a process,
  /// so a late callback finds nobody.
  [[nodiscard]] std::uintptr_t add(UsrSocket& socket);
  void remove(std::uintptr_t id);
  /// Room for one message of the largest size, for sockets to read into.
  [[nodiscard]] std::span<std::uint8_t> readBuffer();

  /// The present Stack's socket of that number, or null. For callbacks of the library.
  [[nodiscard]] static UsrSocket* find(const void* id);

 private:
  io::Executor& m_executor;
  std::unordered_map<std::uintptr_t, UsrSocket*> m_sockets;
  std::chrono::milliseconds m_elapsed{0};
  std::function<void()> m_onBusy;
  Bytes m_readBuffer;
};

}  // namespace kms::sctp
