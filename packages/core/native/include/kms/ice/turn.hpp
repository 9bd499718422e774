// A TURN client (RFC 8656) without sockets, threads or a clock of its own: one allocation on one
// server, over a datagram or stream transport.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/ice/credentials.hpp>
#include <kms/ice/stun-query.hpp>
#include <kms/ice/stun.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kms::ice {

/// Octets before the data of ChannelData (RFC 8656 12.4).
inline constexpr std::size_t kChannelHeader = 4;

struct TurnConfig {
  std::string username;
  std::string password;
  bool isReliable =
      false;            ///< the transport is TCP or TLS: nothing is sent twice, frames are padded
  bool isV6 = false;    ///< family of the relayed address
  QueryTiming timing;   ///< of every request; over TCP and TLS its sum is the time-out
  RandomSource random;  ///< empty: secureRandom()
  std::size_t maxPeers = 64;  ///< addresses that permissions are asked for
};

/// Running totals since construction.
struct TurnCounters {
  std::uint64_t malformed = 0;     ///< broken STUN or ChannelData, and what answers nothing
  std::uint64_t badIntegrity = 0;  ///< answers that do not know the password
  std::uint64_t unknownPeer = 0;   ///< data of a peer without permission
  std::uint64_t notPermitted = 0;  ///< packets dropped while there is no permission for their peer
};

/// A peer's packet, taken out of what the server sent. `data` is borrowed from it.
struct TurnData {
  Address peer;
  ByteView data;
};

/// Called on the thread that called the client; must not destroy it.
class KMS_API TurnListener {
 public:
  virtual ~TurnListener() = default;
  /// One whole message for the server. Comes from within and must not call the client.
  virtual void onTurnSend(ByteView message) = 0;
  /// The allocation is there. `mapped`: this side as the server sees it.
  virtual void onRelayed(const Address& relayed, const std::optional<Address>& mapped) = 0;
  /// The server wants `server` to be asked instead (RFC 8489 10): this client is over. Credentials
  /// and transport stay; whom was asked before, the owner knows.
  virtual void onAlternateServer(const Address& server) = 0;
  /// There is no allocation, or not any longer. `reason`: "401 Unauthorized", "no answer", ...
  virtual void onTurnFailed(const std::string& reason) = 0;
};

/// All methods on one thread. After each call the owner arms its timer for nextDeadline().
class KMS_API TurnClient {
 public:
  /// `clock` and `listener` outlive it.
  TurnClient(TurnConfig config, const Clock& clock, TurnListener& listener);

  /// Asks for the allocation. Once.
  void start();
  /// Gives the allocation back, without waiting for an answer.
  void close();
  /// Takes a whole message or ChannelData from the server; gives the peer's data in it, if any.
  std::optional<TurnData> handlePacket(ByteView packet);
  [[nodiscard]] TimePoint nextDeadline() const;
  void onTimer();

  /// Data to `peer`, as ChannelData or as an indication. While there is no permission for its
  /// address, that is asked for, and the packet is dropped. False when it was dropped.
  bool send(const Address& peer, ByteView data);
  /// Asks for a channel to `peer`, and keeps it.
  void bindChannel(const Address& peer);
  /// The channel to `peer`; 0 while there is none.
  [[nodiscard]] std::uint16_t channel(const Address& peer) const noexcept;

  [[nodiscard]] const std::optional<Address>& relayed() const noexcept { return m_relayed; }
  [[nodiscard]] const TurnCounters& counters() const noexcept { return m_counters; }

 private:
  enum class Kind : std::uint8_t { Allocate, Refresh, Permission, Channel };
  /// What the server has to be reminded of.
  struct Grant {
    Address peer;               ///< a permission's has port 0
    std::uint16_t channel = 0;  ///< 0: a permission
    bool isGranted = false;
    TimePoint renewAt = TimePoint::max();
  };
  struct Transaction {
    Kind kind = Kind::Allocate;
    TransactionId id{};
    Address peer;
    std::uint16_t channel = 0;
    unsigned tries = 0;
    unsigned refusals = 0;  ///< for want of credentials or a fresh nonce
    Duration rto{};
    TimePoint nextSend{};
  };

  void ask(Kind kind, const Grant* grant = nullptr);
  void begin(Transaction transaction);
  void transmit(const Transaction& transaction);
  void addBody(StunWriter& writer, const Transaction& transaction) const;
  void retransmit(TimePoint now);
  void renew(TimePoint now);
  void onResponse(const StunMessage& message);
  void onSuccess(const Transaction& transaction, const StunMessage& message);
  void onError(Transaction transaction, const StunMessage& message);
  void onAllocated(const StunMessage& message);
  void onGranted(const Transaction& transaction);
  [[nodiscard]] bool redirect(const Transaction& transaction, const StunMessage& message);
  void end();
  void onRefused(const Transaction& transaction, const std::string& reason);
  void onLifetime(const StunMessage& message);
  void fail(const std::string& reason);
  [[nodiscard]] bool learnCredentials(const StunMessage& message);
  [[nodiscard]] std::optional<TurnData> readChannelData(ByteView packet);
  [[nodiscard]] std::optional<TurnData> readIndication(const StunMessage& message);
  [[nodiscard]] Grant* permissionOf(const Address& peer) noexcept;
  [[nodiscard]] Grant* grantOf(const Transaction& transaction) noexcept;
  [[nodiscard]] TransactionId newId();

  const TurnConfig m_config;
  const Clock& m_clock;
  TurnListener& m_listener;
  const RandomSource m_random;

  std::string m_realm;
  std::string m_nonce;
  std::string m_key;  // MD5 of the credentials, once the realm is known
  std::optional<Address> m_relayed;
  bool m_isOver = false;
  TimePoint m_refreshAt = TimePoint::max();
  std::vector<Grant> m_grants;
  std::vector<Transaction> m_transactions;
  TurnCounters m_counters;
};

}  // namespace kms::ice
