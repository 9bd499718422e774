// Dispatcher: a table from method names to handlers, and the answers that come of it.
#pragma once

#include <kms/jsonrpc/message.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kms::jsonrpc {

/// Answers calls. Not synchronised: handlers are added before the first call, then dispatch() may
/// run on any thread.
class KMS_JSONRPC_API Dispatcher {
 public:
  /// Answers a call with a value or by throwing; an RpcError goes out as it is, anything else as
  /// -32603. `params` is null when the call has none.
  using Handler = std::function<Json(const Json* params)>;
  /// What dispatch() does not answer: a response of the other side, or what a notification's
  /// handler threw.
  using Listener = std::function<void(const Message& message, const RpcError* error)>;

  /// Names who answers a method; a later handler replaces an earlier one.
  void handle(std::string method, Handler handler);
  /// Who hears of responses and failed notifications; nobody unless set.
  void onUnanswered(Listener listener);

  /// Runs one message. The text to send back: nothing for notifications and responses. Runs the
  /// handler on this thread.
  [[nodiscard]] std::optional<std::string> dispatch(std::string_view text) const;
  /// The same for a message that is read already.
  [[nodiscard]] std::optional<std::string> answer(const Message& message) const;

 private:
  [[nodiscard]] std::optional<std::string> receive(const Request& request) const;
  [[nodiscard]] std::optional<std::string> receive(const Notification& notification) const;
  [[nodiscard]] std::optional<std::string> receive(const Result& result) const;
  [[nodiscard]] std::optional<std::string> receive(const Failure& failure) const;
  [[nodiscard]] std::optional<std::string> receive(const Invalid& invalid) const;
  [[nodiscard]] Json call(const std::string& method, const std::optional<Json>& params) const;
  void report(const Message& message, const RpcError* error) const;

  std::map<std::string, Handler, std::less<>> m_handlers;
  Listener m_listener;
};

}  // namespace kms::jsonrpc
