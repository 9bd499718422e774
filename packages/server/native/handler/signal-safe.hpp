// The little that a signal handler may use to write text: no memory, no locks, no locale.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kms::crash {

/// A text of bounded length; what does not fit is cut. Async-signal-safe.
class SafeText {
 public:
  SafeText& operator<<(std::string_view text);
  SafeText& operator<<(long number);
  SafeText& hex(std::uintptr_t number);
  [[nodiscard]] const char* c_str() const { return m_text.data(); }

  /// Writes it, whole, to a file descriptor.
  void writeTo(int fd) const;

 private:
  std::array<char, 512> m_text{};
  std::size_t m_size = 0;
};

/// `SIGSEGV` and so on; "signal" for those that no crash raises.
[[nodiscard]] const char* signalName(int signal);

}  // namespace kms::crash
