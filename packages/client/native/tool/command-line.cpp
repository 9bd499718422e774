#include "tool/command-line.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace kms::tool {
namespace {

std::uint64_t number(std::string_view option, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 ||
      value > 1'000'000'000) {
    throw UsageError(std::string(option) + " takes a number from 1 to 1000000000, not '" +
                     std::string(text) + "'");
  }
  return value;
}

struct Option {
  std::string_view name;
  /// What its value is called; empty: it takes none.
  std::string_view value;
  std::string_view help;
  void (*set)(CommandLine& line, const std::string& value);
};

constexpr std::array kOptions{
    Option{"--url", "URL",
           "ws:// or wss:// URL of the server (KMS_URL, ws://127.0.0.1:8888/kurento)",
           [](CommandLine& line, const std::string& value) { line.client.url = value; }},
    Option{"--session", "NAME", "session to work in, made where there is none of that name",
           [](CommandLine& line, const std::string& value) { line.client.sessionId = value; }},
    Option{"--token", "TOKEN", "bearer token (KMS_TOKEN)",
           [](CommandLine& line, const std::string& value) { line.client.token = value; }},
    Option{"--ca", "FILE", "PEM file with the authorities to trust for wss",
           [](CommandLine& line, const std::string& value) { line.client.caFile = value; }},
    Option{"--insecure", "", "do not check the server's certificate",
           [](CommandLine& line, const std::string&) { line.client.verifiesCertificate = false; }},
    Option{"--timeout", "MS", "longest wait for the connection and for each answer (20000)",
           [](CommandLine& line, const std::string& value) {
             const client::Milliseconds limit(number("--timeout", value));
             line.client.requestTimeout = limit;
             line.client.connectTimeout = limit;
           }},
    Option{
        "--count", "N", "watch: end after so many events",
        [](CommandLine& line, const std::string& value) { line.count = number("--count", value); }},
    Option{"--raw", "", "print results that are text without quotes",
           [](CommandLine& line, const std::string&) { line.isRaw = true; }},
    Option{"--help", "", "this text",
           [](CommandLine& line, const std::string&) { line.isHelp = true; }},
};

const Option& findOption(std::string_view name) {
  for (const Option& option : kOptions) {
    if (option.name == name) return option;
  }
  throw UsageError("there is no option " + std::string(name));
}

}  // namespace

CommandLine parseCommandLine(const std::vector<std::string>& args, const std::string& url) {
  CommandLine line;
  line.client.url = url;
  for (std::size_t at = 0; at < args.size(); ++at) {
    const std::string& word = args[at];
    if (!word.starts_with("--")) {
      (line.command.empty() ? line.command : line.words.emplace_back()) = word;
      continue;
    }
    const std::size_t equals = word.find('=');
    const Option& option = findOption(word.substr(0, equals));
    const bool hasValue = equals != std::string::npos;
    if (option.value.empty()) {
      if (hasValue) throw UsageError(std::string(option.name) + " takes no value");
      option.set(line, "");
    } else if (hasValue) {
      option.set(line, word.substr(equals + 1));
    } else if (++at < args.size()) {
      option.set(line, args[at]);
    } else {
      throw UsageError(std::string(option.name) + " takes a value");
    }
  }
  return line;
}

std::string optionsHelp() {
  std::string text;
  for (const Option& option : kOptions) {
    std::string head = "  " + std::string(option.name) + " " + std::string(option.value);
    head.resize(20, ' ');
    text += head + std::string(option.help) + "\n";
  }
  return text;
}

}  // namespace kms::tool
