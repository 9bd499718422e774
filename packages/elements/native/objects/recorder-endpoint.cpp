#include "objects/recorder-endpoint.hpp"

#include "objects/recorder.hpp"

#include <utility>

namespace kms::elements {

using media::Medium;

class RecorderEndpoint::Input final : public media::Sink {
 public:
  Input(Recorder& recorder, Medium medium) : m_recorder(recorder), m_medium(medium) {}
  void setSource(std::shared_ptr<media::Stream> source) override {
    m_recorder.setSource(m_medium, source);
  }

 private:
  Recorder& m_recorder;
  Medium m_medium;
};

RecorderEndpoint::RecorderEndpoint(host::Context context, const Value& params)
    : ObjectBase(context),
      m_recorder(
          std::make_shared<Recorder>(std::move(context), RecorderConfig::fromValue(params))) {
  for (const auto& [medium, how] : m_recorder->config().profile.tracks) {
    m_inputs[medium] = std::make_unique<Input>(*m_recorder, medium);
  }
  const auto order = [this](auto what) {
    return [this, what](const Value&) {
      what(*m_recorder);
      return Value();
    };
  };
  addMethod("record", order([](Recorder& recorder) { recorder.record(); }));
  addMethod("pause", order([](Recorder& recorder) { recorder.pause(); }));
  addMethod("stop", order([](Recorder& recorder) { recorder.stop([] {}); }));
  addAsyncMethod("stopAndWait", [this](const Value&, const host::Completion& completion) {
    m_recorder->stop([completion] { completion.resolve(); });
  });
}

RecorderEndpoint::~RecorderEndpoint() = default;

media::Sink* RecorderEndpoint::sink(Medium medium) {
  const auto found = m_inputs.find(medium);
  return found == m_inputs.end() ? nullptr : found->second.get();
}

List RecorderEndpoint::elements() const {
  return m_recorder->elements();
}

std::string RecorderEndpoint::dot(int details) const {
  return m_recorder->dot(details);
}

void RecorderEndpoint::close(host::Completion completion) {
  m_recorder->close([completion] { completion.resolve(); });
}

}  // namespace kms::elements
