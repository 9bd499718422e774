#include "network/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace kms::client {
namespace {

[[noreturn]] void fail(std::string_view text, const char* fault) {
  throw std::invalid_argument("'" + std::string(text) + "' is no WebSocket URL: " + fault);
}

bool takePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool isPort(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port <= 65535;
}

// `[::1]:8888` or `host:8888`, the port perhaps absent.
void splitAuthority(std::string_view whole, Url& url) {
  std::string_view rest = url.authority;
  const bool isBracketed = rest.starts_with('[');
  const std::size_t end = isBracketed ? rest.find(']') : std::min(rest.find(':'), rest.size());
  if (end == std::string_view::npos) fail(whole, "']' is missing");
  url.host = isBracketed ? rest.substr(1, end - 1) : rest.substr(0, end);
  rest.remove_prefix(end + (isBracketed ? 1 : 0));
  if (url.host.empty()) fail(whole, "it names no host");
  if (!rest.empty() && (!takePrefix(rest, ":") || !isPort(rest))) fail(whole, "its port is wrong");
  url.port = rest.empty() ? (url.isSecure ? "443" : "80") : std::string(rest);
}

}  // namespace

Url parseUrl(std::string_view text) {
  Url url;
  std::string_view rest = text;
  url.isSecure = takePrefix(rest, "wss://");
  if (!url.isSecure && !takePrefix(rest, "ws://")) fail(text, "it begins neither ws:// nor wss://");
  const bool hasControl = std::any_of(text.begin(), text.end(), [](char character) {
    return static_cast<unsigned char>(character) <= ' ' || character == '\x7f';
  });
  if (hasControl) fail(text, "it has blanks or control characters");
  rest = rest.substr(0, rest.find('#'));
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  url.authority = rest.substr(0, slash);
  if (url.authority.find('@') != std::string::npos) fail(text, "it has a user name");
  splitAuthority(text, url);
  url.target = rest.substr(slash);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

}  // namespace kms::client
