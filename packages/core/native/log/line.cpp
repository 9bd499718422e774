#include <kms/log/line.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

namespace kms::log {

namespace {

constexpr std::size_t kMaxMessage = std::size_t{64} * 1024;
constexpr std::size_t kUsualLine = 256;

struct Severity {
  const char* word;
  int color;
};

constexpr std::array kSeverities{
    Severity{"error", 31}, Severity{"warning", 33}, Severity{"fixme", 35}, Severity{"info", 32},
    Severity{"debug", 36}, Severity{"log", 37},     Severity{"trace", 34}};

const Severity& severityOf(int level) {
  const int last = static_cast<int>(kSeverities.size());
  return kSeverities[static_cast<std::size_t>(std::clamp(level, 1, last) - 1)];
}

// Time zone look-ups are slow and take a lock: one per thread and second.
const std::tm& localTime(std::time_t second) {
  thread_local std::time_t known = -1;
  thread_local std::tm time{};
  if (second != known) localtime_r(&second, &time);
  known = second;
  return time;
}

void appendTime(std::string& line) {
  std::timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const std::tm& time = localTime(now.tv_sec);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d,%06ld",
                                 time.tm_year + 1900, time.tm_mon + 1, time.tm_mday, time.tm_hour,
                                 time.tm_min, time.tm_sec, now.tv_nsec / 1000);
  line.append(text.data(), static_cast<std::size_t>(size));
}

void appendThread(std::string& line) {
  thread_local const long thread = syscall(SYS_gettid);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "  %d  0x%016lx  ", getpid(),
                                 static_cast<unsigned long>(thread));
  line.append(text.data(), static_cast<std::size_t>(size));
}

void appendSeverity(std::string& line, int level, bool isColored) {
  constexpr std::size_t kWidth = 7;
  const Severity& severity = severityOf(level);
  const std::string_view word = severity.word;
  if (isColored) line.append("\033[").append(std::to_string(severity.color)).append("m");
  line.append(kWidth - word.size(), ' ').append(word);
  if (isColored) line += "\033[0m";
}

void appendEscaped(std::string& line, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto code = static_cast<unsigned char>(c);
  if (c == '\n') {
    line += "\\n";
  } else if (c == '\r') {
    line += "\\r";
  } else if (c == '\t') {
    line += "\\t";
  } else {
    line += "\\u00";
    line += kHex[code >> 4U];
    line += kHex[code & 0xFU];
  }
}

// Peers choose parts of what is logged: nobody may end a line, or send a terminal commands.
void appendText(std::string& line, std::string_view text) {
  constexpr char kFirstPrintable = 0x20;
  constexpr char kDelete = 0x7f;
  for (const char c : text.substr(0, kMaxMessage)) {
    const bool isControl = (c >= 0 && c < kFirstPrintable) || c == kDelete;
    if (isControl) {
      appendEscaped(line, c);
    } else {
      line += c;
    }
  }
  if (text.size() > kMaxMessage) line += "... (" + std::to_string(text.size()) + " bytes)";
}

std::string_view fileName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

std::string formatLine(const Record& record, bool isColored) {
  std::string line;
  line.reserve(kUsualLine + record.message.size());
  appendTime(line);
  appendThread(line);
  appendSeverity(line, record.level, isColored);
  line.append("  ").append(record.category).append("  ").append(fileName(record.file));
  line.append(":").append(std::to_string(record.line)).append("  ").append(record.function);
  line.append("()  ");
  if (!record.object.empty()) {
    line += '<';
    appendText(line, record.object);
    line += "> ";
  }
  appendText(line, record.message);
  line += '\n';
  return line;
}

}  // namespace kms::log
