#include "objects/mix.hpp"

#include "objects/mix-input.hpp"

#include <kms/gst/frame-output.hpp>

#include <algorithm>
#include <utility>

namespace kms::elements {

using media::Medium;

template <typename Call>
auto Mix::later(Call call) {
  return [weak = weak_from_this(), &loop = m_runtime.loop(),
          call = std::move(call)](const auto&... args) {
    loop.post([weak, call, args...] {
      const auto self = weak.lock();
      if (self && !self->m_isClosed) call(*self, args...);
    });
  };
}

Mix::Mix(gst::Runtime& runtime, MixConfig config)
    : m_runtime(runtime),
      m_config(std::move(config)),
      m_flow(runtime, m_config.onFlow),
      m_frames(
          std::make_shared<gst::FrameSource>(gst::FrameSourceConfig{.medium = m_config.medium})) {}

Mix::~Mix() = default;

// Its inputs

void Mix::setInput(int key, const std::shared_ptr<gst::FrameSource>& source) {
  if (const auto old = m_inputs.find(key); old != m_inputs.end()) {
    const std::shared_ptr<MixInput> input = old->second;
    m_inputs.erase(old);
    input->from->detach(input.get());
    input->frames().close();
    unplug(*input);
    if (std::exchange(input->hasFrames, false)) m_config.onInput(key, std::nullopt);
  }
  if (source && !m_isClosed) {
    MixInputConfig config;
    config.frames.medium = m_config.medium;
    const auto self = std::make_shared<std::weak_ptr<MixInput>>();
    config.onFrames = later([self](Mix& mix, FrameSize size) {
      if (const auto input = self->lock()) mix.onFrames(input, size);
    });
    config.onEnd = later([self](Mix& mix) {
      if (const auto input = self->lock()) mix.onEnd(input);
    });
    const auto input = std::make_shared<MixInput>(std::move(config));
    *self = input;
    input->from = source;
    m_inputs[key] = input;
    source->attach(input);
  }
  update();
}

void Mix::onFrames(const std::shared_ptr<MixInput>& input, FrameSize size) {
  const auto found =
      std::ranges::find(m_inputs, input, [](const auto& item) { return item.second; });
  if (found == m_inputs.end()) return;
  input->hasFrames = true;
  m_config.onInput(found->first, size);
  update();
}

void Mix::onEnd(const std::shared_ptr<MixInput>& input) {
  const auto found =
      std::ranges::find(m_inputs, input, [](const auto& item) { return item.second; });
  if (found == m_inputs.end() || !std::exchange(input->hasFrames, false)) return;
  unplug(*input);
  m_config.onInput(found->first, std::nullopt);
  update();
}

void Mix::place(int key, const Placement& placement) {
  const auto found = m_inputs.find(key);
  if (found == m_inputs.end()) return;
  MixInput& input = *found->second;
  input.placement = placement;
  if (input.isAttached) input.branch->place(placement);
}

void Mix::setOutput(const std::string& caps) {
  if (std::exchange(m_config.output, caps) == caps || !m_pipeline) return;
  gst_util_set_object_arg(G_OBJECT(m_pipeline->find("shape").get()), "caps", caps.c_str());
}

void Mix::plug(const std::shared_ptr<MixInput>& input) {
  const auto branch = std::make_shared<MixBranch>(m_runtime, m_config.medium);
  input->branch = branch;
  m_pipeline->run([branch](GstElement* pipeline) { return branch->attach(pipeline); },
                  [weak = weak_from_this(), input, branch](bool isAttached) {
                    const auto self = weak.lock();
                    if (!self || input->branch != branch) return;
                    if (!isAttached) return self->tell("an input cannot be added");
                    input->isAttached = true;
                    if (input->placement) branch->place(*input->placement);
                    input->frames().open(branch->appsrc());
                  });
}

void Mix::unplug(MixInput& input) {
  input.frames().suspend();
  input.isAttached = false;
  const auto branch = std::exchange(input.branch, nullptr);
  if (!branch || m_state != State::kRunning) return;  // or it goes with the pipeline
  m_pipeline->run([branch](GstElement* pipeline) { return branch->detach(pipeline); }, [](bool) {});
}

// Its pipeline

bool Mix::isWanted() const {
  if (m_isClosed || m_isWaiting) return false;
  const bool isPicture = m_config.medium == Medium::kVideo;
  return (isPicture && m_hasPlayed) ||
         std::ranges::any_of(m_inputs, [](const auto& item) { return item.second->hasFrames; });
}

void Mix::update() {
  if (m_state == State::kIdle && isWanted()) return start();
  if (m_state != State::kRunning) return;
  if (!isWanted()) return stop();
  for (const auto& [key, input] : m_inputs) {
    if (input->hasFrames && !input->branch) plug(input);
  }
}

// The black ground keeps the picture going when nobody is in it. Every input has come to its time
// after kLatency at the latest.
std::string Mix::description() const {
  const std::string rules = " name=mix force-live=true start-time-selection=first latency=" +
                            std::to_string(kLatency.count());
  const std::string rate = std::to_string(m_config.framesPerSecond);
  const std::string mixing = m_config.medium == Medium::kVideo
                                 ? "videotestsrc is-live=true pattern=black ! "
                                   "video/x-raw,format=I420,width=16,height=16,framerate=" +
                                       rate +
                                       "/1 ! mix.sink_0 compositor background=black "
                                       "zero-size-is-unscaled=false sink_0::alpha=0" +
                                       rules
                                 : "audiomixer output-buffer-duration=20000000" + rules;
  return mixing + " ! capsfilter name=shape caps=\"" + m_config.output + "\" ! " +
         gst::outputFragment("out");
}

void Mix::start() {
  gst::PipelineHandlers handlers;
  handlers.onError = [this](const gst::BusError& error) { failed(error); };
  try {
    m_pipeline = std::make_shared<gst::Pipeline>(m_runtime, m_config.name, description(), handlers);
  } catch (const Error& error) {
    m_isWaiting = true;  // for good: what is missing stays missing
    return tell(error.what());
  }
  m_state = State::kStarting;
  connectFrames();
  m_pipeline->setState(GST_STATE_PLAYING, [weak = weak_from_this()](bool reached) {
    if (const auto self = weak.lock()) self->started(reached);
  });
}

void Mix::connectFrames() {
  const auto push = [frames = m_frames, touch = m_flow.toucher()](GstSample* sample) {
    const gst::SamplePtr timed = gst::inRunningTime(sample);
    if (!timed) return;
    touch();
    frames->push(timed.get());
  };
  gst::connectOutput(m_pipeline->find("out").get(), {.onSample = push, .onEndOfStream = {}});
}

void Mix::started(bool reached) {
  if (m_state != State::kStarting) return;
  m_state = State::kRunning;
  m_hasPlayed = true;
  if (reached) return update();
  gst::BusError error;
  error.type = "UNEXPECTED_ELEMENT_ERROR";
  error.message = "the pipeline does not start";
  error.source = m_config.name;
  failed(error);
}

void Mix::stop() {
  m_state = State::kStopping;
  for (const auto& [key, input] : m_inputs) unplug(*input);
  m_pipeline->close([weak = weak_from_this(), pipeline = m_pipeline] {
    if (const auto self = weak.lock()) self->stopped();
  });
  m_pipeline.reset();
}

void Mix::stopped() {
  m_state = State::kIdle;
  if (m_onClosed) return std::exchange(m_onClosed, nullptr)();
  update();
}

void Mix::tell(const std::string& description) const {
  m_config.onError(
      {{"type", "UNEXPECTED_ELEMENT_ERROR"}, {"code", 0}, {"description", description}});
}

void Mix::failed(const gst::BusError& error) {
  m_config.onError(error.toEvent(m_config.name));
  if (m_isClosed || std::exchange(m_isWaiting, true)) return;
  m_retry = m_runtime.after(m_retryDelay, [this] {
    m_isWaiting = false;
    update();
  });
  m_retryDelay = std::min(m_retryDelay * 2, kLastRetry);
  if (m_state == State::kStarting || m_state == State::kRunning) stop();
}

void Mix::close(std::function<void()> done) {
  while (!m_inputs.empty()) setInput(m_inputs.begin()->first, nullptr);
  m_isClosed = true;
  m_retry.reset();
  if (m_state == State::kIdle) return done();
  m_onClosed = [done = std::move(done), self = shared_from_this()] { done(); };
  if (m_state != State::kStopping) stop();
}

}  // namespace kms::elements
