#include "objects/player.hpp"

#include <algorithm>
#include <utility>

namespace kms::elements {

using media::Format;
using media::Medium;

namespace {

Error seekFails() {
  return {ErrorCode::kSeekFail, "Seek fails"};
}

}  // namespace

Player::Player(host::Context context, PlayerConfig config)
    : m_context(std::move(context)),
      m_config(std::move(config)),
      m_runtime(m_context.services().gst) {
  for (const Medium medium : media::kMedia) offer(medium);
}

void Player::offer(Medium medium) {
  Output& output = m_outputs[medium];
  output.frames = std::make_shared<gst::FrameSource>(
      gst::FrameSourceConfig{.medium = medium, .replaysGroup = true});
  output.stream = std::make_shared<media::Stream>(output.frames);
  output.flow = std::make_unique<gst::FlowMonitor>(
      m_runtime, [this, medium](bool isFlowing) { onFlow(medium, isFlowing); });
}

std::shared_ptr<media::Stream> Player::stream(Medium medium) const {
  const auto found = m_outputs.find(medium);
  return found == m_outputs.end() ? nullptr : found->second.stream;
}

List Player::elements() const {
  return m_pipeline ? m_pipeline->elements() : List{};
}

std::string Player::dot(int details) const {
  return m_pipeline ? m_pipeline->dot(details) : std::string();
}

// Orders

void Player::play() {
  m_retry.reset();
  change(GST_STATE_PLAYING);
}

void Player::pause() {
  if (m_retry) return m_retry.reset();  // PAUSE is its state already
  change(GST_STATE_PAUSED);
}

void Player::stop() {
  m_isEndless = false;
  m_retryDelay = kFirstRetry;
  m_retry.reset();
  dismantle([this] { setState("STOP"); });
}

void Player::change(GstState state) {
  enqueue([this, state](std::function<void()> done) {
    m_wanted = state;
    if (m_pipeline) return m_pipeline->setState(state, std::move(done));
    open([this, state, done = std::move(done)](bool isOpen) {
      if (!isOpen) return done();
      m_pipeline->setState(state, done);
    });
  });
}

// Makes the pipeline, if the URI may be opened. Orders that come meanwhile wait; after a stop
// nobody does.
void Player::open(std::function<void(bool isOpen)> done) {
  m_runtime.run(
      [config = m_config] { return config.isAllowed(); }, gst::Runtime::kStateDeadline,
      [weak = weak_from_this(), generation = m_generation, done = std::move(done)](bool isAllowed) {
        const auto self = weak.lock();
        if (!self || self->m_generation != generation) return;
        if (isAllowed) return done(self->build());
        self->onFailure(PlayerPipeline::invalidUri());
      });
}

void Player::setPosition(std::int64_t milliseconds, const host::Completion& completion) {
  constexpr auto kMost = INT64_MAX / static_cast<std::int64_t>(GST_MSECOND);
  if (milliseconds < 0 || milliseconds > kMost) return completion.reject(seekFails());
  enqueue([this, milliseconds, completion](std::function<void()> done) {
    if (!m_pipeline) {
      completion.reject(seekFails());
      return done();
    }
    m_pipeline->seek(milliseconds, [completion, done = std::move(done)](bool succeeded) {
      if (succeeded) {
        completion.resolve();
      } else {
        completion.reject(seekFails());
      }
      done();
    });
  });
}

void Player::enqueue(Order order) {
  m_orders.push_back(std::move(order));
  runNext();
}

void Player::runNext() {
  if (m_isBusy || m_isDismantling || m_orders.empty()) return;
  m_isBusy = true;
  const Order order = std::move(m_orders.front());
  m_orders.pop_front();
  order([weak = weak_from_this(), generation = m_generation] {
    const auto self = weak.lock();
    if (!self || self->m_generation != generation) return;
    self->m_isBusy = false;
    self->runNext();
  });
}

// Questions

void Player::position(const host::Completion& completion) const {
  if (!m_pipeline) return completion.resolve(0);
  m_pipeline->position([completion](std::int64_t position) { completion.resolve(position); });
}

void Player::videoInfo(const host::Completion& completion) const {
  const auto answer = [completion](const PlayerInfo& info) {
    completion.resolve(Map{{"isSeekable", info.isSeekable},
                           {"seekableInit", info.seekableInit},
                           {"seekableEnd", info.seekableEnd},
                           {"duration", info.duration}});
  };
  if (!m_pipeline) return answer({});
  m_pipeline->info(answer);
}

// The pipeline

bool Player::build() {
  m_hasMedia = false;
  PlayerPipelineConfig config;
  config.name = m_context.id();
  config.source = m_config;
  for (const auto& [medium, output] : m_outputs) {
    config.outlets[medium] = {output.frames, output.flow->toucher()};
  }
  try {
    m_pipeline = PlayerPipeline::make(m_runtime, std::move(config), handlers());
    return true;
  } catch (const Error& error) {
    m_context.emit("error", {{"type", "UNEXPECTED_ELEMENT_ERROR"},
                             {"code", error.code()},
                             {"description", error.what()}});
    return false;
  }
}

PlayerPipelineHandlers Player::handlers() {
  PlayerPipelineHandlers handlers;
  handlers.onFormat = [this](Medium medium, const Format& format) { onFormat(medium, format); };
  handlers.onState = [this](GstState state) { onState(state); };
  handlers.onEndOfStream = [this] { onEndOfStream(); };
  handlers.onFailure = [this](Map error) { onFailure(std::move(error)); };
  handlers.onWarning = [this](Map error) { m_context.emit("error", std::move(error)); };
  return handlers;
}

// Takes the pipeline down, if there is one, and forgets the orders that wait; then calls `then`.
void Player::dismantle(std::function<void()> then) {
  ++m_generation;
  m_isBusy = false;
  m_orders.clear();
  m_afterDismantling.push_back(std::move(then));
  if (m_isDismantling) return;
  m_isDismantling = true;
  const auto old = std::exchange(m_pipeline, nullptr);
  if (!old) return dismantled();
  old->close([old, weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->dismantled();
  });
}

void Player::dismantled() {
  m_isDismantling = false;
  for (auto& [medium, output] : m_outputs) output.flow->stop();
  for (const auto& call : std::exchange(m_afterDismantling, {})) call();
  runNext();
}

void Player::close(std::function<void()> done) {
  m_isEndless = false;
  m_retry.reset();
  dismantle(std::move(done));
}

// Reports

void Player::onFormat(Medium medium, const Format& format) {
  onFirstMedia();
  Output& output = m_outputs.at(medium);
  if (output.format == format) return;
  output.format = format;
  m_context.emit("sourceFormat", {{"medium", media::toText(medium)},
                                  {"kind", "frames"},
                                  {"format", format.toValue()},
                                  {"makesKeyframes", medium != Medium::kVideo}});
}

void Player::onEndOfStream() {
  if (mayReconnect()) return reconnectLater();
  for (const auto& [medium, output] : m_outputs) {
    if (m_config.isRtsp()) output.frames->endOfStream();
  }
  dismantle([this] {
    setState("STOP");
    m_context.emit("endOfStream", {});
  });
}

void Player::onFailure(Map error) {
  const bool isRetry = m_state == "PAUSE" && mayReconnect();
  if (!isRetry) m_context.emit("error", std::move(error));
  if (mayReconnect()) return reconnectLater();
  dismantle([this] { setState("STOP"); });
}

// Lost sources

// The pipeline of an RTSP source plays before there is a connection.
void Player::onState(GstState state) {
  if (state != m_wanted) return;
  if (state == GST_STATE_PLAYING && m_config.isRtsp() && !m_hasMedia) return;
  setState(state == GST_STATE_PLAYING ? "START" : "PAUSE");
}

void Player::onFirstMedia() {
  if (std::exchange(m_hasMedia, true) || !m_config.isRtsp()) return;
  if (m_wanted == GST_STATE_PLAYING) setState("START");
  m_retryDelay = kFirstRetry;
  m_pipeline->info([weak = weak_from_this()](const PlayerInfo& info) {
    if (const auto self = weak.lock()) self->m_isEndless = info.duration == 0;
  });
}

// A server that dies does not always say so.
void Player::onFlow(Medium medium, bool isFlowing) {
  m_outputs.at(medium).isFlowing = isFlowing;
  m_context.emit("flow",
                 {{"medium", media::toText(medium)}, {"direction", "out"}, {"flowing", isFlowing}});
  m_silence.reset();
  const bool isLive = m_state == "START" && mayReconnect();
  for (const auto& [other, output] : m_outputs) {
    if (output.isFlowing) return;
  }
  if (isLive) m_silence = m_runtime.after(kSilence, [this] { onSilence(); });
}

void Player::onSilence() {
  if (!m_pipeline || !mayReconnect()) return;
  gst::BusError silence;
  silence.type = "RESOURCE_ERROR_READ";
  silence.message = "the source gives nothing any more";
  onFailure(silence.toEvent(m_context.id()));
}

bool Player::mayReconnect() const {
  return m_config.reconnects && m_config.isRtsp() && m_isEndless && m_wanted == GST_STATE_PLAYING;
}

void Player::reconnectLater() {
  m_silence.reset();
  dismantle([this] {
    if (!mayReconnect()) return;  // stopped meanwhile
    setState("PAUSE");
    m_retry = m_runtime.after(m_retryDelay, [this] { play(); });
    m_retryDelay = std::min(2 * m_retryDelay, kLongestRetry);
  });
}

void Player::setState(const char* state) {
  if (std::exchange(m_state, state) != state) m_context.emit("state", {{"state", state}});
}

}  // namespace kms::elements
