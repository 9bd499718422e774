#include <kms/jsonrpc/peer.hpp>

#include <utility>

namespace kms::jsonrpc {
namespace {

std::optional<PendingRequests::Limit> limitOf(std::string_view method,
                                              std::optional<std::chrono::milliseconds> timeout,
                                              PendingRequests::Time now) {
  if (!timeout) return std::nullopt;
  const std::string text = "Request '" + std::string(method) + "' was not answered within " +
                           std::to_string(timeout->count()) + " ms";
  return PendingRequests::Limit{now + *timeout, RpcError(ErrorCode::kTimeout, text)};
}

}  // namespace

Peer::Peer(Send send, Now now, std::int64_t firstId)
    : m_send(std::move(send)), m_now(std::move(now)), m_nextId(firstId) {}

std::int64_t Peer::request(std::string_view method, const Json* params, Callback callback,
                           std::optional<std::chrono::milliseconds> timeout) {
  const std::int64_t id = m_nextId++;
  if (m_closedWith) {
    callback(Outcome(*m_closedWith));
    return id;
  }
  m_pending.add(id, std::move(callback), limitOf(method, timeout, m_now()));
  m_send(serializeRequest(id, method, params));
  return id;
}

void Peer::notify(std::string_view method, const Json* params) {
  if (!m_closedWith) m_send(serializeNotification(method, params));
}

bool Peer::cancel(std::int64_t id, const RpcError& reason) {
  return m_pending.settle(id, Outcome(reason));
}

void Peer::receive(std::string_view text) {
  const Message message = parseMessage(text);
  if (m_closedWith || settle(message)) return;
  const auto answer = m_dispatcher.answer(message);
  if (answer && !m_closedWith) m_send(*answer);
}

// True when that was all: a malformed response ends its request and is still answered.
bool Peer::settle(const Message& message) {
  if (const auto* result = std::get_if<Result>(&message)) {
    return m_pending.settle(result->id, Outcome(result->result));
  }
  if (const auto* failure = std::get_if<Failure>(&message)) {
    return m_pending.settle(failure->id, Outcome(failure->error));
  }
  const auto* invalid = std::get_if<Invalid>(&message);
  if (invalid != nullptr && invalid->id) m_pending.settle(*invalid->id, Outcome(invalid->error));
  return false;
}

void Peer::close(const std::string& text) {
  if (m_closedWith) return;
  m_closedWith = RpcError(ErrorCode::kConnectionClosed, text);
  m_pending.settleAll(*m_closedWith);
}

}  // namespace kms::jsonrpc
