#include "handler/signal-safe.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <unistd.h>

namespace kms::crash {

SafeText& SafeText::operator<<(std::string_view text) {
  const std::size_t room = m_text.size() - 1 - m_size;
  const std::string_view fitting = text.substr(0, std::min(room, text.size()));
  std::copy(fitting.begin(), fitting.end(), m_text.begin() + static_cast<std::ptrdiff_t>(m_size));
  m_size += fitting.size();
  return *this;
}

SafeText& SafeText::operator<<(long number) {
  constexpr long kBase = 10;
  if (number < 0) return *this << "-" << -number;
  if (number >= kBase) *this << number / kBase;
  const char digit = static_cast<char>('0' + number % kBase);
  return *this << std::string_view(&digit, 1);
}

SafeText& SafeText::hex(std::uintptr_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  *this << "0x";
  for (int shift = 60; shift >= 0; shift -= 4) *this << kDigits.substr((number >> shift) & 0xFU, 1);
  return *this;
}

void SafeText::writeTo(int fd) const {
  for (std::size_t at = 0; at < m_size;) {
    const ssize_t written = ::write(fd, m_text.data() + at, m_size - at);
    if (written <= 0 && errno != EINTR) return;
    if (written > 0) at += static_cast<std::size_t>(written);
  }
}

const char* signalName(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGABRT:
      return "SIGABRT";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    default:
      return "signal";
  }
}

}  // namespace kms::crash
