#include <kms/host/completion.hpp>

#include <atomic>
#include <utility>

namespace kms::host {

struct Completion::State {
  explicit State(std::function<void(Outcome)> to) : handler(std::move(to)) {}
  ~State() {
    answer(Error(ErrorCode::kNotAvailable, "the call was dropped because its object was closed"));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void answer(Outcome outcome) {
    if (!answered.exchange(true)) handler(std::move(outcome));
  }

  std::function<void(Outcome)> handler;
  std::atomic<bool> answered{false};
};

Completion::Completion(std::function<void(Outcome)> handler)
    : m_state(std::make_shared<State>(std::move(handler))) {}

void Completion::resolve(Value result) const {
  m_state->answer(std::move(result));
}

void Completion::reject(const Error& error) const {
  m_state->answer(error);
}

void Completion::reject(const std::exception& failure) const {
  const auto* error = dynamic_cast<const Error*>(&failure);
  reject(error != nullptr ? *error : Error(ErrorCode::kUnexpected, failure.what()));
}

void guard(const Completion& completion, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& failure) {
    completion.reject(failure);
  }
}

}  // namespace kms::host
