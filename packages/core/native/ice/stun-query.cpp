#include <kms/ice/stun-query.hpp>

#include <utility>

namespace kms::ice {

StunQuery::StunQuery(const TransactionId& id, TimePoint now, const QueryTiming& timing)
    : m_id(id),
      m_request(StunClass::Request, kStunBinding, id),
      m_timing(timing),
      m_rto(timing.rto),
      m_nextSend(now + timing.rto) {
  m_request.addFingerprint();
}

bool StunQuery::onTimer(TimePoint now) {
  if (now < m_nextSend) return false;
  if (m_tries >= m_timing.tries) {
    fail("no answer");
    return false;
  }
  ++m_tries;
  m_rto *= 2;
  m_nextSend = now + m_rto;
  return true;
}

bool StunQuery::handlePacket(ByteView packet) {
  if (isDone()) return false;
  const auto message = StunMessage::parse(packet);
  const bool isOurs =
      message && message->method() == kStunBinding && message->transactionId() == m_id;
  if (!isOurs || message->fingerprint() == StunMessage::Check::Invalid) return false;
  if (message->messageClass() == StunClass::Error) {
    const auto error = message->error();
    fail(error ? std::to_string(error->code) + " " + std::string(error->reason) : "refused");
    return true;
  }
  if (message->messageClass() != StunClass::Success) return false;
  m_mapped = message->mappedAddress();
  if (!m_mapped || m_mapped->port == 0) {
    fail("answer without address");
  } else {
    m_nextSend = TimePoint::max();
  }
  return true;
}

void StunQuery::fail(std::string why) {
  m_mapped.reset();
  m_failure = std::move(why);
  m_nextSend = TimePoint::max();
}

}  // namespace kms::ice
