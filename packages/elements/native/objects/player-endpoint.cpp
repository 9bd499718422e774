#include "objects/player-endpoint.hpp"

#include "objects/player.hpp"

#include <utility>

namespace kms::elements {

PlayerEndpoint::PlayerEndpoint(host::Context context, const Value& params)
    : ObjectBase(context),
      m_player(std::make_shared<Player>(std::move(context), PlayerConfig::fromValue(params))) {
  const auto order = [this](void (Player::*what)()) {
    return [this, what](const Value&) {
      (*m_player.*what)();
      return Value();
    };
  };
  addMethod("play", order(&Player::play));
  addMethod("pause", order(&Player::pause));
  addMethod("stop", order(&Player::stop));
  addAsyncMethod("setPosition", [this](const Value& args, const host::Completion& completion) {
    m_player->setPosition(args.at("position").as<std::int64_t>(), completion);
  });
  addAsyncMethod("position", [this](const Value&, const host::Completion& completion) {
    m_player->position(completion);
  });
  addAsyncMethod("videoInfo", [this](const Value&, const host::Completion& completion) {
    m_player->videoInfo(completion);
  });
}

PlayerEndpoint::~PlayerEndpoint() = default;

std::shared_ptr<media::Stream> PlayerEndpoint::source(media::Medium medium) {
  return m_player->stream(medium);
}

List PlayerEndpoint::elements() const {
  return m_player->elements();
}

std::string PlayerEndpoint::dot(int details) const {
  return m_player->dot(details);
}

void PlayerEndpoint::close(host::Completion completion) {
  m_player->close([player = m_player, completion] { completion.resolve(); });
}

}  // namespace kms::elements
