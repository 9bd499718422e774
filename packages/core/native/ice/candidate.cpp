#include "crc32.hpp"

#include <kms/ice/candidate.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>
#include <vector>

namespace kms::ice {

namespace {

constexpr std::size_t kMaxLine = 1024;
constexpr std::size_t kMaxFoundation = 32;  // RFC 8839 5.1
constexpr unsigned kMaxComponent = 256;
constexpr std::size_t kFixedFields = 8;

constexpr std::array<std::string_view, 4> kTypeNames = {"host", "srflx", "prflx", "relay"};
constexpr std::array<std::string_view, 4> kTcpTypeNames = {"", "active", "passive", "so"};
// RFC 8445 5.1.2.2, in the order of CandidateType.
constexpr std::array<std::uint32_t, 4> kTypePreferences = {126, 100, 110, 0};
constexpr std::array<std::uint32_t, 4> kTcpTypePreferences = {90, 70, 80, 0};
// RFC 6544 4.2, for candidates without NAT, in the order of TcpType.
constexpr std::array<unsigned, 4> kDirectionPreferences = {0, 6, 4, 2};

bool equalsIgnoringCase(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

template <typename Number>
std::optional<Number> toNumber(std::string_view text, Number max) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > max) return std::nullopt;
  return number;
}

std::vector<std::string_view> splitFields(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto start = line.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return fields;
    line.remove_prefix(start);
    const auto end = std::min(line.find_first_of(" \t\r\n"), line.size());
    fields.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

template <std::size_t N>
std::optional<std::size_t> indexOf(const std::array<std::string_view, N>& names,
                                   std::string_view wanted) {
  for (std::size_t index = 0; index < N; ++index) {
    if (equalsIgnoringCase(names[index], wanted)) return index;
  }
  return std::nullopt;
}

// Names are letters, digits, '-', '.' and '_', and have a letter; anything else is a broken
// address.
bool isHostName(std::string_view text) {
  const auto isNameChar = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
  };
  const auto isLetter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  return text.size() <= 255 && std::all_of(text.begin(), text.end(), isNameChar) &&
         std::any_of(text.begin(), text.end(), isLetter);
}

bool isFoundation(std::string_view text) {
  const auto isVisible = [](char c) { return c > ' ' && c <= '~'; };
  return !text.empty() && text.size() <= kMaxFoundation &&
         std::all_of(text.begin(), text.end(), isVisible);
}

using Fields = std::vector<std::string_view>;

bool readTransport(std::string_view text, Candidate& candidate) {
  if (!equalsIgnoringCase(text, "udp") && !equalsIgnoringCase(text, "tcp")) return false;
  candidate.transport = equalsIgnoringCase(text, "udp") ? Transport::Udp : Transport::Tcp;
  return true;
}

// foundation component transport priority address port "typ" type, all but the address
bool readFixed(const Fields& fields, Candidate& candidate) {
  if (fields.size() < kFixedFields || !isFoundation(fields[0])) return false;
  const auto component = toNumber<unsigned>(fields[1], kMaxComponent);
  const auto priority = toNumber<std::uint32_t>(fields[3], UINT32_MAX);
  const auto type = indexOf(kTypeNames, fields[7]);
  if (!component || *component == 0 || !priority || !type) return false;
  if (!equalsIgnoringCase(fields[6], "typ")) return false;
  candidate.foundation = fields[0];
  candidate.component = *component;
  candidate.priority = *priority;
  candidate.type = static_cast<CandidateType>(*type);
  return readTransport(fields[2], candidate);
}

// Name and value pairs; a broken related address is of no consequence, so it is left out.
void readExtensions(const Fields& fields, Candidate& candidate) {
  std::string_view relatedIp;
  std::uint16_t relatedPort = 0;
  for (std::size_t at = kFixedFields; at + 1 < fields.size(); at += 2) {
    const auto value = fields[at + 1];
    if (fields[at] == "raddr") relatedIp = value;
    if (fields[at] == "rport") relatedPort = toNumber<std::uint16_t>(value, UINT16_MAX).value_or(0);
    if (fields[at] == "tcptype") {
      candidate.tcpType = static_cast<TcpType>(indexOf(kTcpTypeNames, value).value_or(0));
    }
  }
  if (!relatedIp.empty()) candidate.related = Address::parse(relatedIp, relatedPort);
}

}  // namespace

std::string_view name(CandidateType type) noexcept {
  return kTypeNames[static_cast<std::size_t>(type)];
}

Candidate::Parsed Candidate::parse(std::string_view line) {
  if (line.size() > kMaxLine) return {std::nullopt, CandidateError::Malformed};
  if (line.starts_with("a=")) line.remove_prefix(2);
  if (!line.starts_with("candidate:")) return {std::nullopt, CandidateError::Malformed};
  line.remove_prefix(std::string_view("candidate:").size());
  const Fields fields = splitFields(line);
  Candidate candidate;
  if (!readFixed(fields, candidate)) return {std::nullopt, CandidateError::Malformed};
  const auto port = toNumber<std::uint16_t>(fields[5], UINT16_MAX);
  if (!port) return {std::nullopt, CandidateError::Malformed};
  const auto address = Address::parse(fields[4], *port);
  if (!address && isHostName(fields[4])) return {std::nullopt, CandidateError::Unresolvable};
  if (!address) return {std::nullopt, CandidateError::Malformed};
  candidate.address = *address;
  readExtensions(fields, candidate);
  return {std::move(candidate), CandidateError::None};
}

std::string Candidate::text() const {
  std::string line = "candidate:" + foundation + " " + std::to_string(component) + " " +
                     (transport == Transport::Udp ? "UDP" : "TCP") + " " +
                     std::to_string(priority) + " " + address.ipText() + " " +
                     std::to_string(address.port) + " typ " + std::string(name(type));
  if (related) line += " raddr " + related->ipText() + " rport " + std::to_string(related->port);
  if (tcpType != TcpType::None) {
    line += " tcptype " + std::string(kTcpTypeNames[static_cast<std::size_t>(tcpType)]);
  }
  return line;
}

const Address& Candidate::baseAddress() const noexcept {
  if (base) return *base;
  const bool isReflexive =
      type == CandidateType::ServerReflexive || type == CandidateType::PeerReflexive;
  return isReflexive && related ? *related : address;
}

std::uint32_t candidatePriority(CandidateType type, std::uint16_t localPreference,
                                unsigned component, TcpType tcpType) noexcept {
  const bool isTcp = tcpType != TcpType::None;
  const auto& types = isTcp ? kTcpTypePreferences : kTypePreferences;
  const std::uint32_t preference = types[static_cast<std::size_t>(type)];
  const unsigned direction = kDirectionPreferences[static_cast<std::size_t>(tcpType)];
  const unsigned local = isTcp ? (direction << 13U) | (localPreference >> 3U) : localPreference;
  return (preference << 24U) | (local << 8U) |
         (kMaxComponent - std::clamp(component, 1U, kMaxComponent));
}

std::uint16_t localPreference(const Address& base, unsigned index) noexcept {
  const unsigned family = base.isLinkLocal() ? 0x4000U : base.isV6 ? 0xC000U : 0x8000U;
  return static_cast<std::uint16_t>(family + 0x3FFFU - std::min(index, 0x3FFFU));
}

std::string candidateFoundation(CandidateType type, const Address& base,
                                const std::optional<Address>& server, TcpType tcpType) {
  std::string key(name(type));
  key += ' ' + base.ipText();
  key += kTcpTypeNames[static_cast<std::size_t>(tcpType)];
  if (server) key += ' ' + server->ipText();
  return std::to_string(crc32({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()}));
}

}  // namespace kms::ice
