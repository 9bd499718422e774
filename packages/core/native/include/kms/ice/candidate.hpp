// ICE candidates: the value, its text form (RFC 8839 5.1) and its priority (RFC 8445 5.1.2).
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kms::ice {

enum class CandidateType : std::uint8_t { Host, ServerReflexive, PeerReflexive, Relayed };
enum class Transport : std::uint8_t { Udp, Tcp };
enum class TcpType : std::uint8_t { None, Active, Passive, SimultaneousOpen };

/// "host", "srflx", "prflx" or "relay".
[[nodiscard]] KMS_API std::string_view name(CandidateType type) noexcept;

/// One transport address that a side can be reached at. Plain value, any thread.
struct KMS_API Candidate {
  std::string foundation;
  unsigned component = 1;  ///< 1..256
  Transport transport = Transport::Udp;
  std::uint32_t priority = 0;
  Address address;
  CandidateType type = CandidateType::Host;
  std::optional<Address> related;  ///< raddr and rport
  TcpType tcpType = TcpType::None;
  /// Local candidates only, not in the text: the address of the socket, where it differs from
  /// `address` (external address set by configuration) or from `related`.
  std::optional<Address> base;

  bool operator==(const Candidate&) const = default;

  struct Parsed;
  /// Reads "candidate:..." or "a=candidate:...". Unknown extension attributes are skipped.
  [[nodiscard]] static Parsed parse(std::string_view line);
  /// "candidate:..." without "a=".
  [[nodiscard]] std::string text() const;
  /// Where packets of this local candidate leave from: `base`, else `related` if server-reflexive,
  /// else `address`.
  [[nodiscard]] const Address& baseAddress() const noexcept;
};

enum class CandidateError : std::uint8_t {
  None,
  Malformed,
  Unresolvable,  ///< a host name, such as the mDNS names that browsers write in place of addresses
};

/// What Candidate::parse found: a candidate, or why not.
struct Candidate::Parsed {
  std::optional<Candidate> candidate;
  CandidateError error = CandidateError::None;
};

/// RFC 8445 5.1.2.1. `localPreference` 0..65535, `component` 1..256. With a `tcpType` the priority
/// is that of RFC 6544 4.2: below every UDP candidate but the relayed ones.
[[nodiscard]] KMS_API std::uint32_t candidatePriority(CandidateType type,
                                                      std::uint16_t localPreference,
                                                      unsigned component,
                                                      TcpType tcpType = TcpType::None) noexcept;

/// A preference for the `index`-th interface: distinct per interface and family, IPv6 before IPv4
/// before link-local (RFC 8421 4).
[[nodiscard]] KMS_API std::uint16_t localPreference(const Address& base, unsigned index) noexcept;

/// A foundation that is equal for equal type, base IP and (for srflx and relay) server IP (RFC
/// 8445 5.1.1.3); TCP candidates have others than UDP ones.
[[nodiscard]] KMS_API std::string candidateFoundation(CandidateType type, const Address& base,
                                                      const std::optional<Address>& server = {},
                                                      TcpType tcpType = TcpType::None);

}  // namespace kms::ice
