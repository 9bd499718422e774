// Life of an allocation: transactions, credentials, renewal. turn-data.cpp: what goes through it.
#include "stun-wire.hpp"

#include <kms/ice/turn.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kms::ice {

namespace {

constexpr unsigned kMaxRefusals = 3;
constexpr int kTryAlternate = 300;
constexpr std::uint32_t kUdpProtocol = 17U << 24U;
constexpr std::uint32_t kFamilyIpv6 = 2U << 24U;
constexpr Duration kRenewal = std::chrono::minutes(4);  // permissions live 5 minutes, channels 10
constexpr Duration kRetry = std::chrono::seconds(30);   // of what the server refused
constexpr std::uint32_t kLongestLifetime = 3600;
constexpr std::size_t kMaxText = 763;  // of REALM and NONCE (RFC 8489 14.9, 14.10)

constexpr std::array<std::uint16_t, 4> kMethods = {kTurnAllocate, kTurnRefresh,
                                                   kTurnCreatePermission, kTurnChannelBind};

/// RFC 8489 9.2.2. Empty when OpenSSL has no MD5.
std::string longTermKey(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t length = 0;
  if (EVP_Q_digest(nullptr, "MD5", nullptr, text.data(), text.size(), digest.data(), &length) !=
      1) {
    return {};
  }
  return {digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(length)};
}

std::string describe(const StunMessage& message) {
  const auto error = message.error();
  return error ? std::to_string(error->code) + " " + std::string(error->reason) : "refused";
}

}  // namespace

TurnClient::TurnClient(TurnConfig config, const Clock& clock, TurnListener& listener)
    : m_config(std::move(config)),
      m_clock(clock),
      m_listener(listener),
      m_random(m_config.random ? m_config.random : secureRandom()) {}

void TurnClient::start() {
  ask(Kind::Allocate);
}

void TurnClient::close() {
  if (std::exchange(m_isOver, true) || !m_relayed) return;
  Transaction goodbye;
  goodbye.kind = Kind::Refresh;
  goodbye.id = newId();
  transmit(goodbye);
}

TransactionId TurnClient::newId() {
  TransactionId id{};
  m_random(id);
  return id;
}

void TurnClient::ask(Kind kind, const Grant* grant) {
  Transaction transaction;
  transaction.kind = kind;
  if (grant != nullptr) {
    transaction.peer = grant->peer;
    transaction.channel = grant->channel;
  }
  begin(std::move(transaction));
}

void TurnClient::begin(Transaction transaction) {
  transaction.id = newId();
  transaction.tries = 1;
  transaction.rto = m_config.timing.rto;
  transaction.nextSend = m_clock.now() + transaction.rto;
  transmit(transaction);
  m_transactions.push_back(std::move(transaction));
}

void TurnClient::transmit(const Transaction& transaction) {
  const auto method = kMethods[static_cast<std::size_t>(transaction.kind)];
  StunWriter writer(StunClass::Request, method, transaction.id);
  addBody(writer, transaction);
  if (!m_key.empty()) {
    writer.add(StunAttribute::Username, m_config.username);
    writer.add(StunAttribute::Realm, m_realm);
    writer.add(StunAttribute::Nonce, m_nonce);
    writer.sign(m_key);
  }
  writer.addFingerprint();
  if (!writer.bytes().empty()) m_listener.onTurnSend(writer.bytes());
}

void TurnClient::addBody(StunWriter& writer, const Transaction& transaction) const {
  switch (transaction.kind) {
    case Kind::Allocate:
      writer.add32(StunAttribute::RequestedTransport, kUdpProtocol);
      if (m_config.isV6) writer.add32(StunAttribute::RequestedAddressFamily, kFamilyIpv6);
      break;
    case Kind::Refresh:
      if (m_isOver) writer.add32(StunAttribute::Lifetime, 0);
      break;
    case Kind::Channel:
      writer.add32(StunAttribute::ChannelNumber, std::uint32_t{transaction.channel} << 16U);
      writer.addXorAddress(StunAttribute::XorPeerAddress, transaction.peer);
      break;
    case Kind::Permission:
      writer.addXorAddress(StunAttribute::XorPeerAddress, transaction.peer);
      break;
  }
}

TimePoint TurnClient::nextDeadline() const {
  if (m_isOver) return TimePoint::max();
  TimePoint next = m_refreshAt;
  for (const Transaction& each : m_transactions) next = std::min(next, each.nextSend);
  for (const Grant& each : m_grants) next = std::min(next, each.renewAt);
  return next;
}

void TurnClient::onTimer() {
  if (m_isOver) return;
  const TimePoint now = m_clock.now();
  retransmit(now);
  if (!m_isOver) renew(now);
}

void TurnClient::retransmit(TimePoint now) {
  std::vector<Transaction> unanswered;
  for (Transaction& each : m_transactions) {
    if (now < each.nextSend) continue;
    if (each.tries >= m_config.timing.tries) {
      unanswered.push_back(each);
      continue;
    }
    ++each.tries;
    each.rto *= 2;
    each.nextSend = now + each.rto;
    if (!m_config.isReliable) transmit(each);
  }
  for (const Transaction& lost : unanswered) {
    std::erase_if(m_transactions, [&](const Transaction& each) { return each.id == lost.id; });
    onRefused(lost, "no answer");
  }
}

void TurnClient::renew(TimePoint now) {
  if (now >= m_refreshAt) {
    m_refreshAt = TimePoint::max();
    ask(Kind::Refresh);
  }
  for (Grant& grant : m_grants) {
    if (now < grant.renewAt) continue;
    grant.renewAt = TimePoint::max();
    ask(grant.channel == 0 ? Kind::Permission : Kind::Channel, &grant);
  }
}

void TurnClient::onResponse(const StunMessage& message) {
  const auto found =
      std::find_if(m_transactions.begin(), m_transactions.end(),
                   [&](const Transaction& each) { return each.id == message.transactionId(); });
  if (found == m_transactions.end()) {
    ++m_counters.malformed;
    return;
  }
  const bool isError = message.messageClass() == StunClass::Error;
  const auto integrity = m_key.empty() ? StunMessage::Check::Absent : message.integrity(m_key);
  // Servers do not sign all refusals (RFC 8489 9.2.5).
  const bool isTrusted = integrity == StunMessage::Check::Valid ||
                         (integrity == StunMessage::Check::Absent && (isError || m_key.empty()));
  if (!isTrusted) {
    ++m_counters.badIntegrity;
    return;
  }
  const Transaction transaction = *found;
  m_transactions.erase(found);
  if (isError) {
    onError(transaction, message);
  } else {
    onSuccess(transaction, message);
  }
}

void TurnClient::onError(Transaction transaction, const StunMessage& message) {
  if (redirect(transaction, message)) return;
  const int code = message.error() ? message.error()->code : 0;
  const bool isForCredentials = (code == 401 && m_key.empty()) || code == 438;
  if (isForCredentials && ++transaction.refusals <= kMaxRefusals && learnCredentials(message)) {
    return begin(std::move(transaction));
  }
  onRefused(transaction, describe(message));
}

// Only an Allocate may be redirected (RFC 8656 7.4), and not to an address that nobody has.
bool TurnClient::redirect(const Transaction& transaction, const StunMessage& message) {
  const auto error = message.error();
  if (!error || error->code != kTryAlternate || transaction.kind != Kind::Allocate) return false;
  const auto server = message.alternateServer();
  if (!server || server->port == 0) return false;
  end();
  m_listener.onAlternateServer(*server);
  return true;
}

bool TurnClient::learnCredentials(const StunMessage& message) {
  const auto nonce = message.text(StunAttribute::Nonce);
  const auto realm = message.text(StunAttribute::Realm);
  if (!nonce || nonce->empty() || nonce->size() > kMaxText) return false;
  m_nonce = *nonce;
  if (realm && realm->size() <= kMaxText && *realm != m_realm) {
    m_realm = *realm;
    m_key = longTermKey(m_config.username + ":" + m_realm + ":" + m_config.password);
  }
  return !m_key.empty();
}

void TurnClient::onSuccess(const Transaction& transaction, const StunMessage& message) {
  switch (transaction.kind) {
    case Kind::Allocate:
      return onAllocated(message);
    case Kind::Refresh:
      return onLifetime(message);
    case Kind::Permission:
    case Kind::Channel:
      return onGranted(transaction);
  }
}

void TurnClient::onAllocated(const StunMessage& message) {
  const auto relayed = message.xorAddress(StunAttribute::XorRelayedAddress);
  if (!relayed || relayed->port == 0) return fail("answer without address");
  m_relayed = relayed;
  onLifetime(message);
  if (!m_isOver) m_listener.onRelayed(*relayed, message.mappedAddress());
}

// Renewed a minute before the end, or halfway through a short life.
void TurnClient::onLifetime(const StunMessage& message) {
  const auto told = message.number32(StunAttribute::Lifetime).value_or(600);
  if (told == 0) return fail("allocation ended");
  const std::chrono::seconds lifetime(std::min(told, kLongestLifetime));
  const Duration ahead = std::min<Duration>(std::chrono::minutes(1), lifetime / 2);
  m_refreshAt = m_clock.now() + lifetime - ahead;
}

TurnClient::Grant* TurnClient::grantOf(const Transaction& transaction) noexcept {
  const auto found = std::find_if(m_grants.begin(), m_grants.end(), [&](const Grant& grant) {
    return grant.channel == transaction.channel && grant.peer == transaction.peer;
  });
  return found == m_grants.end() ? nullptr : &*found;
}

void TurnClient::onGranted(const Transaction& transaction) {
  Grant* grant = grantOf(transaction);
  if (grant == nullptr) return;
  grant->isGranted = true;
  grant->renewAt = m_clock.now() + kRenewal;
}

// Without a permission a peer cannot be reached, without a channel only at a higher price; the
// allocation itself stays.
void TurnClient::onRefused(const Transaction& transaction, const std::string& reason) {
  if (transaction.kind == Kind::Allocate || transaction.kind == Kind::Refresh) return fail(reason);
  if (Grant* grant = grantOf(transaction)) {
    grant->isGranted = false;
    grant->renewAt = m_clock.now() + kRetry;
  }
}

void TurnClient::fail(const std::string& reason) {
  if (m_isOver) return;
  end();
  m_listener.onTurnFailed(reason);
}

void TurnClient::end() {
  m_isOver = true;
  m_transactions.clear();
  m_grants.clear();
  m_relayed.reset();
}

}  // namespace kms::ice
