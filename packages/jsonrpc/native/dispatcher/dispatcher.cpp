#include <kms/jsonrpc/dispatcher.hpp>

#include <exception>
#include <utility>

namespace kms::jsonrpc {
namespace {

// What is being thrown just now, as the error to send.
RpcError currentError() {
  try {
    throw;
  } catch (const RpcError& error) {
    return error;
  } catch (const std::exception& error) {
    return internalError(error.what());
  } catch (...) {
    return internalError("unknown exception");
  }
}

}  // namespace

void Dispatcher::handle(std::string method, Handler handler) {
  m_handlers.insert_or_assign(std::move(method), std::move(handler));
}

void Dispatcher::onUnanswered(Listener listener) {
  m_listener = std::move(listener);
}

std::optional<std::string> Dispatcher::dispatch(std::string_view text) const {
  return answer(parseMessage(text));
}

std::optional<std::string> Dispatcher::answer(const Message& message) const {
  return std::visit([this](const auto& held) { return receive(held); }, message);
}

std::optional<std::string> Dispatcher::receive(const Request& request) const {
  try {
    return serializeResult(request.id, call(request.method, request.params));
  } catch (...) {
    return serializeError(request.id, currentError());
  }
}

std::optional<std::string> Dispatcher::receive(const Notification& notification) const {
  try {
    static_cast<void>(call(notification.method, notification.params));
  } catch (...) {
    const RpcError error = currentError();
    report(notification, &error);
  }
  return std::nullopt;
}

std::optional<std::string> Dispatcher::receive(const Result& result) const {
  report(result, nullptr);
  return std::nullopt;
}

std::optional<std::string> Dispatcher::receive(const Failure& failure) const {
  report(failure, nullptr);
  return std::nullopt;
}

std::optional<std::string> Dispatcher::receive(const Invalid& invalid) const {
  report(invalid, &invalid.error);
  return serializeError(nullptr, invalid.error);
}

Json Dispatcher::call(const std::string& method, const std::optional<Json>& params) const {
  const auto found = m_handlers.find(method);
  if (found == m_handlers.end()) throw methodNotFound();
  return found->second(params ? &*params : nullptr);
}

void Dispatcher::report(const Message& message, const RpcError* error) const {
  if (m_listener) m_listener(message, error);
}

}  // namespace kms::jsonrpc
