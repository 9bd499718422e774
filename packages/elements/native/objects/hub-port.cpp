#include "objects/hub-port.hpp"

#include <utility>

namespace kms::elements {

using media::Medium;

namespace {

/// Notices that frames come.
class Watcher final : public gst::FrameSink {
 public:
  explicit Watcher(std::function<void()> touch) : m_touch(std::move(touch)) {}
  void onSample(GstSample* /*sample*/) override { m_touch(); }

 private:
  const std::function<void()> m_touch;
};

/// Hands messages on to where the hub's messages go.
class Forwarder final : public media::DataSink {
 public:
  explicit Forwarder(std::shared_ptr<media::DataSource> to) : m_to(std::move(to)) {}
  void onMessage(const media::DataMessage& message) override { m_to->publish(message); }
  bool isFull() override { return m_to->isBlocked(); }

 private:
  const std::shared_ptr<media::DataSource> m_to;
};

}  // namespace

/// The port's sink of one medium.
class HubPort::Inlet final : public media::Sink {
 public:
  Inlet(HubPort& port, Medium medium)
      : m_port(port),
        m_medium(medium),
        m_flow(port.context().services().gst,
               [&port, medium](bool flowing) { port.emitFlow(medium, "in", flowing); }),
        m_watcher(std::make_shared<Watcher>(m_flow.toucher())) {
    if (medium == Medium::kData) {
      m_forwarder = std::make_shared<Forwarder>(port.m_hub->messages());
    }
  }

  void setSource(std::shared_ptr<media::Stream> source) override {
    const bool fits =
        !source || (m_forwarder ? source->data != nullptr : source->frames != nullptr);
    if (!fits) throw Error(ErrorCode::kConnect, "a hub takes frames, not packets");
    if (m_forwarder) {
      takeMessages(source);
    } else {
      takeFrames(source ? source->frames : nullptr);
    }
    m_source = std::move(source);
  }

 private:
  void takeMessages(const std::shared_ptr<media::Stream>& source) {
    if (m_source) m_source->data->detach(m_forwarder.get());
    if (source) source->data->attach(m_forwarder);
  }
  void takeFrames(const std::shared_ptr<gst::FrameSource>& frames) {
    if (m_source) m_source->frames->detach(m_watcher.get());
    m_flow.stop();
    if (frames) frames->attach(m_watcher);
    if (m_medium == Medium::kVideo) {
      m_port.m_hub->setVideo(m_port.m_port, frames);
    } else {
      m_port.m_hub->sound().setSource(m_port.m_port, frames);
    }
  }

  HubPort& m_port;
  const Medium m_medium;
  gst::FlowMonitor m_flow;
  const std::shared_ptr<Watcher> m_watcher;
  std::shared_ptr<Forwarder> m_forwarder;
  std::shared_ptr<media::Stream> m_source;
};

HubPort::HubPort(host::Context context, const Value& params, const HubTable& hubs)
    : ObjectBase(context), m_hub(hubs.find(params.at("hub").text())) {
  SoundDesk::Listener listener;
  listener.name = context.id();
  listener.onFlow = [this](bool flowing) { emitFlow(Medium::kAudio, "out", flowing); };
  listener.onError = [context](Map error) { context.emit("error", std::move(error)); };
  m_port = m_hub->addPort(context.id(), std::move(listener));
  for (const Medium medium : media::kLinkedMedia) {
    if (m_hub->takes(medium)) m_inlets.emplace(medium, std::make_unique<Inlet>(*this, medium));
  }
  context.emit("sourceFormat", {{"medium", "audio"},
                                {"kind", "frames"},
                                {"format", media::Format{.codec = "RAW"}.toValue()}});
}

HubPort::~HubPort() = default;

std::shared_ptr<media::Stream> HubPort::source(Medium medium) {
  return medium == Medium::kAudio ? m_hub->sound().heardBy(m_port) : nullptr;
}

media::Sink* HubPort::sink(Medium medium) {
  const auto found = m_inlets.find(medium);
  return found == m_inlets.end() ? nullptr : found->second.get();
}

List HubPort::elements() const {
  return m_hub->sound().elements(m_port);
}

std::string HubPort::dot(int details) const {
  return m_hub->sound().dot(m_port, details);
}

void HubPort::emitFlow(Medium medium, const char* direction, bool flowing) {
  context().emit(
      "flow", {{"medium", media::toText(medium)}, {"direction", direction}, {"flowing", flowing}});
}

void HubPort::close(host::Completion completion) {
  for (const auto& [medium, inlet] : m_inlets) inlet->setSource(nullptr);
  m_hub->removePort(context().id(), [completion] { completion.resolve(); });
}

}  // namespace kms::elements
