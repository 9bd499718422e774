// The one answer that an asynchronous call gets.
#pragma once

#include <kms/base/value.hpp>

#include <functional>
#include <memory>
#include <variant>

namespace kms::host {

/// What a call came to.
using Outcome = std::variant<Value, Error>;

/// Answers a call exactly once: the first answer counts, later ones are ignored, and when the last
/// copy goes without an answer the call is rejected with 40108. Copies share the one answer. Any
/// thread; the handler must not throw.
class KMS_API Completion {
 public:
  explicit Completion(std::function<void(Outcome)> handler);

  void resolve(Value result = {}) const;
  void reject(const Error& error) const;
  /// Rejects with `failure` if it is a kms::Error, else as 40003 with its text.
  void reject(const std::exception& failure) const;

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

/// Runs `work` and rejects `completion` with what it throws.
KMS_API void guard(const Completion& completion, const std::function<void()>& work);

}  // namespace kms::host
