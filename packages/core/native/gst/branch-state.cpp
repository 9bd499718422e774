#include "gst/branch-state.hpp"

#include <kms/gst/codecs.hpp>
#include <kms/gst/frame-output.hpp>

#include <utility>

GST_DEBUG_CATEGORY_STATIC(kms_branch_debug);
#define GST_CAT_DEFAULT kms_branch_debug

namespace kms::gst {

using media::Format;
using media::Medium;

template <typename Call>
auto BranchState::later(Call call) {
  return [weak = weak_from_this(), &loop = m_runtime.loop(),
          call = std::move(call)](const auto&... args) {
    loop.post([weak, call, args...] {
      if (const auto self = weak.lock()) call(*self, args...);
    });
  };
}

BranchState::BranchState(host::Context context, BranchConfig config, BranchPorts ports)
    : m_context(std::move(context)),
      m_runtime(m_context.services().gst),
      m_config(std::move(config)),
      m_ports(std::move(ports)),
      m_flowIn(m_runtime, [this](bool flowing) { emitFlow("in", flowing); }),
      m_flowOut(m_runtime, [this](bool flowing) { emitFlow("out", flowing); }) {
  static std::once_flag once;
  std::call_once(once, [] {
    GST_DEBUG_CATEGORY_INIT(kms_branch_debug, "agnosticbin", 0, "transcoding and repacking");
  });
}

// What the branch offers

void BranchState::offer() {
  if (m_config.targetIsRtp) {
    offerPackets();
  } else {
    offerFrames();
  }
  m_context.emit("sourceFormat", {{"medium", media::toText(m_config.medium)},
                                  {"kind", m_config.targetIsRtp ? "rtp" : "frames"},
                                  {"format", m_config.target.toValue()}});
}

void BranchState::offerPackets() {
  const std::map<std::string, int> fixedPayloadTypes = {{"PCMU", 0}, {"PCMA", 8}};
  const auto fixed = fixedPayloadTypes.find(m_config.target.codec);
  m_numbers.payloadType = fixed == fixedPayloadTypes.end() ? 96 : fixed->second;
  m_numbers.ssrc = g_random_int();
  m_numbers.timestampOffset = g_random_int() >> 1U;  // all ones would mean "any"
  m_nextSequence = std::make_shared<std::atomic<std::uint16_t>>(
      static_cast<std::uint16_t>(g_random_int() >> 17U));
  router::FeedConfig feed;
  feed.medium = m_config.medium;
  feed.format = m_config.target;
  feed.payloadType = static_cast<std::uint8_t>(m_numbers.payloadType);
  feed.ssrc = m_numbers.ssrc;
  feed.cname = m_context.id();
  feed.onKeyframeRequest = later([](BranchState& self) { self.forceKeyframe(); });
  feed.onBitrateHint = [viewers = m_viewers](std::uint64_t hint) { *viewers = hint; };
  m_feed = m_ports.createFeed(std::move(feed));
  m_stream = std::make_shared<media::Stream>(m_feed->producer());
}

void BranchState::offerFrames() {
  m_frames = std::make_shared<FrameSource>(FrameSourceConfig{.medium = m_config.medium});
  m_frames->setRequests({.keyframe = later([](BranchState& self) { self.forceKeyframe(); })});
  m_stream = std::make_shared<media::Stream>(m_frames);
}

// What the branch takes

void BranchState::setSource(std::shared_ptr<media::Stream> source) {
  letGo();
  m_from = std::move(source);
  m_retryDelay = kFirstRetry;
  if (!m_from) {
    m_plan.reset();
    m_flowIn.stop();
    dismantle([] {});
  } else if (m_from->producer) {
    takePackets(m_from->producer);
  } else {
    takeFrames(m_from->frames);
  }
}

void BranchState::letGo() {
  if (m_tap) m_tap->setSource(nullptr);
  if (m_frameInput) {
    m_from->frames->detach(m_frameInput.get());
    m_frameInput->close();
    m_frameInput.reset();
  }
}

void BranchState::takePackets(const std::shared_ptr<router::Producer>& producer) {
  if (!m_tap) {
    m_rtpInput = std::make_shared<RtpInput>(m_runtime);
    router::TapConfig tap;
    tap.onRtp = [input = m_rtpInput, touch = m_flowIn.toucher()](auto rtp, TimePoint capture) {
      touch();
      input->push(rtp, capture);
    };
    tap.onFormat = later([](BranchState& self, const Format& format) {
      if (self.m_from && self.m_from->producer) self.use(format, self.m_from.get());
    });
    m_tap = m_ports.createTap(std::move(tap));
  }
  m_tap->setSource(producer);
}

void BranchState::takeFrames(const std::shared_ptr<FrameSource>& frames) {
  FrameInputConfig config;
  config.medium = m_config.medium;
  config.onKeyframeRequest = later([](BranchState& self) { self.askUpstream(); });
  config.onFrame = m_flowIn.toucher();
  config.bitrateHint = m_viewers;
  config.onFormat =
      later([of = m_from.get()](BranchState& self, const Format& format) { self.use(format, of); });
  m_frameInput = std::make_shared<FrameInput>(std::move(config));
  frames->attach(m_frameInput);
}

void BranchState::use(const Format& format, const media::Stream* of) {
  if (m_from.get() != of) return;
  const bool isRtp = m_from->producer != nullptr;
  BranchPlan plan;
  plan.medium = m_config.medium;
  plan.source = format;
  plan.sourceIsRtp = isRtp;
  plan.framerate = m_config.framerate;
  plan.target = m_config.target;
  plan.targetIsRtp = m_config.targetIsRtp;
  plan.mtu = m_config.mtu;
  if (plan == m_plan && m_pipeline) {
    if (m_isRunning) openInput();
    return;
  }
  m_plan = plan;
  rebuild();
}

// The pipeline

void BranchState::rebuild() {
  dismantle([this] { build(); });
}

// Takes the pipeline down, if there is one, then calls `then`, unless another call of this came
// later. What the pipeline still reports while the branch closes must not take the place of `then`.
void BranchState::dismantle(std::function<void()> then) {
  if (m_isClosed) return;
  ++m_generation;
  m_retry.reset();
  m_isRunning = false;
  m_adapting.reset();
  if (m_rtpInput) m_rtpInput->close();
  if (m_frameInput) m_frameInput->suspend();
  m_afterDismantling = std::move(then);
  if (m_isDismantling) return;
  m_isDismantling = true;
  const auto finish = [](BranchState& self) {
    self.m_isDismantling = false;
    if (const auto call = std::exchange(self.m_afterDismantling, nullptr)) call();
  };
  const auto old = std::exchange(m_pipeline, nullptr);
  if (!old) return finish(*this);
  old->close([old, weak = weak_from_this(), finish] {
    if (const auto self = weak.lock()) finish(*self);
  });
}

void BranchState::build() {
  if (!m_plan) return;
  if (m_nextSequence) m_numbers.nextSequence = *m_nextSequence;
  try {
    const std::string description = describe(*m_plan, m_numbers);
    PipelineHandlers handlers;
    handlers.onError = [this](const BusError& error) { failed(error); };
    m_pipeline = std::make_shared<Pipeline>(m_runtime, m_context.id(), description, handlers);
    GST_INFO_OBJECT(m_pipeline->get(), "branch: %s", description.c_str());
    wireInput();
    wireOutput();
    m_rate.setLimits(m_config.limits);
    adaptRates();
  } catch (const Error& error) {
    m_pipeline.reset();
    return emitError(error.what());
  }
  m_pipeline->setState(GST_STATE_PLAYING,
                       [weak = weak_from_this(), generation = m_generation](bool reached) {
                         const auto self = weak.lock();
                         if (self && self->m_generation == generation) self->started(reached);
                       });
}

void BranchState::wireInput() {
  const ElementPtr in = m_pipeline->find("in");
  if (const ElementPtr even = m_pipeline->find("even")) makeSizeEven(even.get());
  onForceKeyUnit(in.get(), later([](BranchState& self) { self.askUpstream(); }));
  if (!m_plan->sourceIsRtp) return;
  const CapsPtr caps = rtpCaps(m_config.medium, m_plan->source);
  g_object_set(in.get(), "caps", caps.get(), nullptr);
  restampFromCapture(m_pipeline->find("jitter").get());
}

void BranchState::wireOutput() {
  const ElementPtr out = m_pipeline->find("out");
  if (!m_feed && m_config.medium == Medium::kVideo) acceptVideoMeta(out.get());
  connectOutput(out.get(), m_feed ? packetHandlers() : frameHandlers());
}

OutputHandlers BranchState::packetHandlers() {
  const auto push = [feed = m_feed, next = m_nextSequence, touch = m_flowOut.toucher(),
                     &runtime = m_runtime](GstSample* sample) {
    const SamplePtr timed = inRunningTime(sample);
    GstBuffer* buffer = timed ? gst_sample_get_buffer(timed.get()) : nullptr;
    GstMapInfo map;
    if (buffer == nullptr || gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) return;
    if (map.size >= 4) {
      *next = static_cast<std::uint16_t>((map.data[2] << 8U | map.data[3]) + 1);
      feed->push({map.data, map.size}, runtime.momentOf(GST_BUFFER_PTS(buffer)));
      touch();
    }
    gst_buffer_unmap(buffer, &map);
  };
  return {.onSample = push, .onEndOfStream = later([](BranchState& self) { self.rebuild(); })};
}

OutputHandlers BranchState::frameHandlers() {
  const auto push = [frames = m_frames, touch = m_flowOut.toucher()](GstSample* sample) {
    const SamplePtr timed = inRunningTime(sample);
    if (!timed) return;
    touch();
    frames->push(timed.get());
  };
  const auto rebuildLater = later([](BranchState& self) { self.rebuild(); });
  // In this order: who hears of the end may bring the next stream, which must find a new pipeline.
  return {.onSample = push, .onEndOfStream = [frames = m_frames, rebuildLater] {
            rebuildLater();
            frames->endOfStream();
          }};
}

void BranchState::started(bool reached) {
  if (!reached) {
    BusError error;
    error.type = "UNEXPECTED_ELEMENT_ERROR";
    error.message = "the pipeline does not start";
    error.source = m_context.id();
    return failed(error);
  }
  m_isRunning = true;
  openInput();
  if (m_config.medium == Medium::kVideo) adaptLater();
}

void BranchState::openInput() {
  const ElementPtr in = m_pipeline->find("in");
  if (m_plan->sourceIsRtp) {
    m_rtpInput->open(in);
  } else if (m_frameInput) {
    m_frameInput->open(in, m_plan->source.codec);
  }
  if (!m_plan->source.isRaw()) askUpstream();
}

// Requests

void BranchState::askUpstream() {
  if (m_config.medium != Medium::kVideo || !m_from) return;
  if (m_from->producer) {
    m_tap->requestKeyframe();
  } else {
    m_from->frames->requestKeyframe();
  }
}

void BranchState::forceKeyframe() {
  if (m_config.medium != Medium::kVideo || !m_pipeline) return;
  forceKeyUnit(m_pipeline->find("out").get());
}

// Bitrates

void BranchState::configure(EncoderLimits limits) {
  m_config.limits = limits;
  m_rate.setLimits(limits);
  if (m_pipeline) adaptRates();
}

void BranchState::adaptLater() {
  m_adapting = m_runtime.after(kAdaptInterval, [this] {
    adaptRates();
    adaptLater();
  });
}

// A decoder tells the encoders behind it what its source had; an encoder follows that and the
// viewers.
void BranchState::adaptRates() {
  const TimePoint now = m_runtime.clock().now();
  const double seconds = std::chrono::duration<double>(now - std::exchange(m_adapted, now)).count();
  const bool encodes = m_pipeline->find("encoder").get() != nullptr;
  if (!encodes && m_frames && m_frameInput && m_config.target.isRaw()) {
    m_frames->setOriginBitrate(m_origin.update(m_frameInput->bytes(), seconds));
  }
  if (!encodes) return;
  const bool isVideo = m_config.medium == Medium::kVideo;
  const std::uint64_t viewers = !isVideo   ? 0
                                : m_frames ? m_frames->bitrateHint()
                                           : m_viewers->load();
  const std::uint64_t origin = isVideo && m_frameInput ? m_from->frames->originBitrate() : 0;
  if (const auto rate = m_rate.update(viewers, origin)) applyBitrate(*rate);
}

void BranchState::applyBitrate(std::uint64_t bitsPerSecond) {
  const ElementPtr encoder = m_pipeline->find("encoder");
  const Codec* codec = findCodec(m_config.target.codec);
  if (!encoder || codec == nullptr) return;
  const Encoder& row = encoderOf(*codec);
  if (row.bitrateProperty == nullptr) return;
  GST_DEBUG("branch '%s' encodes at %" G_GUINT64_FORMAT " bit/s", m_context.id().c_str(),
            static_cast<guint64>(bitsPerSecond));
  const auto most = static_cast<std::uint64_t>(G_MAXINT32);
  const auto units = std::min(bitsPerSecond, most) / static_cast<unsigned>(row.bitsPerUnit);
  g_object_set(encoder.get(), row.bitrateProperty, static_cast<int>(units), nullptr);
}

// Reports

void BranchState::failed(const BusError& error) {
  GST_WARNING("branch '%s' failed: %s", m_context.id().c_str(), error.message.c_str());
  m_context.emit("error", error.toEvent(m_context.id()));
  dismantle([] {});
  m_retry = m_runtime.after(m_retryDelay, [this] { rebuild(); });
  m_retryDelay = std::min(m_retryDelay * 2, kLastRetry);
}

void BranchState::emitError(const std::string& description) {
  m_context.emit("error",
                 {{"type", "UNEXPECTED_ELEMENT_ERROR"}, {"code", 0}, {"description", description}});
}

void BranchState::emitFlow(const char* direction, bool flowing) {
  m_context.emit(
      "flow",
      {{"medium", media::toText(m_config.medium)}, {"direction", direction}, {"flowing", flowing}});
}

void BranchState::close(std::function<void()> done) {
  setSource(nullptr);
  m_tap.reset();
  if (m_frames) m_frames->setRequests({});
  dismantle([done = std::move(done), self = shared_from_this()] {
    self->m_feed.reset();
    done();
  });
  m_isClosed = true;
}

}  // namespace kms::gst
