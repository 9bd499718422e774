// Polymorphic: a register that may be one of those that extend the declared one, such as Stats.
#pragma once

#include <kms/model/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kms::client {

/// The declared register with what else the server sent. A plain value.
template <typename T>
class Polymorphic {
 public:
  Polymorphic(T value, nlohmann::json sent)
      : m_value(std::move(value)),
        m_sent(std::make_shared<const nlohmann::json>(std::move(sent))) {}

  [[nodiscard]] const T& operator*() const noexcept { return m_value; }
  [[nodiscard]] const T* operator->() const noexcept { return &m_value; }

  /// Name of the register that was sent, such as `RTCInboundRTPStreamStats`; empty where the server
  /// did not say.
  [[nodiscard]] std::string type() const { return m_sent->value("__type__", std::string()); }

  /// The value as that register; nothing where another one was sent. Throws model::ValueError where
  /// it lacks fields.
  template <model::Register Derived>
  [[nodiscard]] std::optional<Derived> as() const {
    if (type() != model::RegisterInfo<Derived>::kName) return std::nullopt;
    return model::decode<Derived>(*m_sent, model::Place{type()});
  }

 private:
  T m_value;
  std::shared_ptr<const nlohmann::json> m_sent;
};

}  // namespace kms::client
