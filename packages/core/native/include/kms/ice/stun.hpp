// STUN messages (RFC 8489) as ICE needs them: a bounds-checked view over a datagram, and a writer
// into a fixed buffer.
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kms::ice {

constexpr std::uint32_t kStunCookie = 0x2112A442;
constexpr std::size_t kStunHeaderSize = 20;
/// The largest message that is read or written; a longer one is malformed.
constexpr std::size_t kStunMaxSize = 2048;
/// The only method of ICE.
constexpr std::uint16_t kStunBinding = 0x001;
/// Methods of TURN (RFC 8656 17).
constexpr std::uint16_t kTurnAllocate = 0x003;
constexpr std::uint16_t kTurnRefresh = 0x004;
constexpr std::uint16_t kTurnSend = 0x006;
constexpr std::uint16_t kTurnData = 0x007;
constexpr std::uint16_t kTurnCreatePermission = 0x008;
constexpr std::uint16_t kTurnChannelBind = 0x009;

using TransactionId = std::array<std::uint8_t, 12>;
using ByteView = std::span<const std::uint8_t>;

enum class StunClass : std::uint8_t { Request = 0, Indication = 1, Success = 2, Error = 3 };

/// Attribute types (RFC 8489 18.3, RFC 8445 16.1, RFC 8656 18).
enum class StunAttribute : std::uint16_t {
  MappedAddress = 0x0001,
  Username = 0x0006,
  MessageIntegrity = 0x0008,
  ErrorCode = 0x0009,
  UnknownAttributes = 0x000A,
  ChannelNumber = 0x000C,
  Lifetime = 0x000D,
  XorPeerAddress = 0x0012,
  Data = 0x0013,
  Realm = 0x0014,
  Nonce = 0x0015,
  XorRelayedAddress = 0x0016,
  RequestedAddressFamily = 0x0017,
  RequestedTransport = 0x0019,
  MessageIntegritySha256 = 0x001C,
  PasswordAlgorithm = 0x001D,
  UserHash = 0x001E,
  XorMappedAddress = 0x0020,
  Priority = 0x0024,
  UseCandidate = 0x0025,
  Software = 0x8022,
  AlternateServer = 0x8023,
  Fingerprint = 0x8028,
  IceControlled = 0x8029,
  IceControlling = 0x802A,
};

/// Whether `packet` is STUN and not DTLS, SRTP or TURN channel data (RFC 7983): first bits and
/// magic cookie. Reads at most the header; the attributes may still be malformed.
[[nodiscard]] KMS_API bool isStun(ByteView packet) noexcept;

/// The receiver's ufrag, the part of USERNAME before ':', of a Binding request; it names the agent
/// on a shared port. Borrowed from `packet`, no allocation. Empty when `packet` is anything else.
[[nodiscard]] KMS_API std::optional<std::string_view> usernameFragment(ByteView packet) noexcept;

/// The first four octets of the transaction id of a Binding response, which an Agent fills with
/// `Config::transactionTag`; it names the agent on a shared port. Empty when `packet` is anything
/// else.
[[nodiscard]] KMS_API std::optional<std::uint32_t> transactionTag(ByteView packet) noexcept;

/// A whole, well-formed message. It borrows the datagram and must not outlive it. Any thread.
class KMS_API StunMessage {
 public:
  struct Error {
    int code = 0;  ///< 300..699
    std::string_view reason;
  };
  enum class Check : std::uint8_t { Absent, Valid, Invalid };

  /// Empty when the header, an attribute's length or a FINGERPRINT's place is wrong (RFC 8489 6.3).
  [[nodiscard]] static std::optional<StunMessage> parse(ByteView packet) noexcept;

  /// Of the datagram, in bytes.
  [[nodiscard]] std::size_t size() const noexcept { return m_packet.size(); }
  [[nodiscard]] StunClass messageClass() const noexcept { return m_class; }
  [[nodiscard]] std::uint16_t method() const noexcept { return m_method; }
  [[nodiscard]] const TransactionId& transactionId() const noexcept { return m_id; }

  /// The value of the first attribute `type`; attributes behind the integrity do not count (RFC
  /// 8489 14.5).
  [[nodiscard]] std::optional<ByteView> find(StunAttribute type) const noexcept;
  [[nodiscard]] std::optional<std::string_view> text(StunAttribute type) const noexcept;
  [[nodiscard]] std::optional<std::uint32_t> number32(StunAttribute type) const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> number64(StunAttribute type) const noexcept;
  /// The value of an attribute of the form of XOR-MAPPED-ADDRESS.
  [[nodiscard]] std::optional<Address> xorAddress(StunAttribute type) const noexcept;
  /// XOR-MAPPED-ADDRESS, else the plain MAPPED-ADDRESS of old servers.
  [[nodiscard]] std::optional<Address> mappedAddress() const noexcept;
  /// ALTERNATE-SERVER, which is not obscured (RFC 8489 14.15).
  [[nodiscard]] std::optional<Address> alternateServer() const noexcept;
  [[nodiscard]] std::optional<Error> error() const noexcept;

  [[nodiscard]] bool hasIntegrity() const noexcept { return m_integrityAt != 0; }
  /// MESSAGE-INTEGRITY against `key` (short-term: the password), compared in constant time.
  [[nodiscard]] Check integrity(std::string_view key) const noexcept;
  [[nodiscard]] Check fingerprint() const noexcept;
  /// Types below 0x8000 that this reader does not know, at most 8 (RFC 8489 6.3.1).
  [[nodiscard]] std::span<const std::uint16_t> unknownRequired() const noexcept {
    return {m_unknown.data(), m_unknownCount};
  }

 private:
  [[nodiscard]] bool scan() noexcept;
  [[nodiscard]] bool note(std::uint16_t type, std::size_t offset, std::size_t length) noexcept;
  [[nodiscard]] std::optional<Address> address(ByteView value, bool isXored) const noexcept;

  ByteView m_packet;
  TransactionId m_id{};
  std::size_t m_integrityAt = 0;    // offset of the attribute, 0 = absent
  std::size_t m_fingerprintAt = 0;  // offset of the attribute, 0 = absent
  std::uint16_t m_method = 0;
  StunClass m_class = StunClass::Request;
  std::uint8_t m_unknownCount = 0;
  std::array<std::uint16_t, 8> m_unknown{};
};

/// Builds one message in a buffer of its own. Attributes appear in call order; sign() and then
/// addFingerprint() come last. An attribute that does not fit makes bytes() empty. Not shared
/// between threads.
class KMS_API StunWriter {
 public:
  StunWriter(StunClass messageClass, std::uint16_t method, const TransactionId& id) noexcept;

  void add(StunAttribute type, ByteView value) noexcept;
  void add(StunAttribute type, std::string_view text) noexcept;
  void addFlag(StunAttribute type) noexcept { add(type, ByteView{}); }
  void add32(StunAttribute type, std::uint32_t number) noexcept;
  void add64(StunAttribute type, std::uint64_t number) noexcept;
  void addXorAddress(StunAttribute type, const Address& address) noexcept;
  /// `code` 300..699.
  void addError(int code, std::string_view reason) noexcept;
  void addUnknown(std::span<const std::uint16_t> types) noexcept;
  /// MESSAGE-INTEGRITY with `key`.
  void sign(std::string_view key) noexcept;
  void addFingerprint() noexcept;

  [[nodiscard]] ByteView bytes() const noexcept;

 private:
  void put16(std::size_t offset, std::uint16_t number) noexcept;
  void setLength(std::size_t end) noexcept;

  std::array<std::uint8_t, kStunMaxSize> m_buffer;
  std::size_t m_size = kStunHeaderSize;
  bool m_isOverflown = false;
};

}  // namespace kms::ice
