// Finds the candidates of one transport: host addresses at once, server-reflexive and relayed ones
// as the servers answer.
#pragma once

#include "router/relay.hpp"

#include <kms/ice/candidate.hpp>
#include <kms/ice/stun-query.hpp>
#include <kms/io/timer.hpp>
#include <kms/router/gather-options.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kms::router {

/// Told on the I/O thread. Must not destroy the gatherer.
class GathererListener {
 public:
  virtual ~GathererListener() = default;
  /// candidates() has grown by this one.
  virtual void onCandidate(const ice::Candidate& candidate) = 0;
  /// All that can be found has been.
  virtual void onGatheringDone() = 0;
  /// A server did not help: for the log.
  virtual void onGatheringProblem(const std::string& problem) = 0;
  /// A request for a STUN server, from the shared socket's address `base`.
  virtual void onQuery(std::span<const std::uint8_t> request, const Address& base,
                       const Address& server) = 0;
  virtual void onRelayedPacket(io::PacketRef packet) = 0;
};

/// I/O thread.
class CandidateGatherer final : private RelayListener {
 public:
  CandidateGatherer(ThreadContext& context, GathererListener& listener);

  /// Starts, or starts over: what was found before is forgotten, but for a relayed address that
  /// still holds. `transactionTag`: brings the answers to the transport. Throws Error 40400.
  void start(const GatherOptions& options, std::uint32_t transactionTag);
  /// True when `packet` is an answer of a STUN server.
  bool handleStun(std::span<const std::uint8_t> packet);
  void close();
  /// Whether the peer may still come over a server-reflexive candidate that nothing else keeps
  /// open: then the STUN server is asked again and again (RFC 8445 5.1.1.4). At first it may.
  void keepMappings(bool isNeeded);

  [[nodiscard]] const std::vector<ice::Candidate>& candidates() const noexcept {
    return m_candidates;
  }
  /// The relay with that address; null: none.
  [[nodiscard]] Relay* relayFor(const Address& relayed) noexcept;

 private:
  struct Query {
    Address base;
    Address server;
    unsigned index = 0;
    bool isRenewal = false;  ///< finds nothing new, and may fail
    ice::StunQuery query;
  };
  /// What keeps a server-reflexive candidate alive.
  struct Mapping {
    Address base;
    Address server;
    TimePoint renewAt;
  };

  void addHosts(const GatherOptions& options);
  void addHost(const Address& address, const std::optional<Address>& external, unsigned index,
               ice::TcpType tcpType);
  void ask(const Address& server);
  void begin(const Address& base, const Address& server, unsigned index, bool isRenewal);
  void renewMappings(TimePoint now);
  void openRelay(const GatherOptions& options);
  void onTimer();
  void conclude(const Query& done);
  void add(ice::Candidate candidate);
  void settle();
  void rearm();

  // RelayListener
  void onRelayed(const Address& relayed, const std::optional<Address>& mapped) override;
  void onRelayFailed(const std::string& reason) override;
  void onRelayedPacket(io::PacketRef packet) override {
    m_listener.onRelayedPacket(std::move(packet));
  }
  void onRelayedBatchEnd() override { m_context.onBatchEnd(); }

  ThreadContext& m_context;
  GathererListener& m_listener;
  std::vector<ice::Candidate> m_candidates;
  std::vector<Query> m_queries;
  std::vector<Mapping> m_mappings;
  std::uint32_t m_tag = 0;
  Duration m_keepalive{};
  bool m_keepsMappings = true;
  std::unique_ptr<Relay> m_relay;
  std::optional<Address> m_relayMapped;
  bool m_isRelayOpening = false;
  bool m_isGathering = false;
  io::Timer m_timer;
};

}  // namespace kms::router
