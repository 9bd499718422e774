#include "objects/hub-core.hpp"

#include <utility>

namespace kms::elements {

using media::Medium;

namespace {

Error notFound(const std::string& id) {
  return {ErrorCode::kObjectNotFound, "Object '" + id + "' not found"};
}

std::string pictureCaps(FrameSize size, int framesPerSecond) {
  return "video/x-raw,format=I420,pixel-aspect-ratio=1/1,width=" + std::to_string(size.width) +
         ",height=" + std::to_string(size.height) +
         ",framerate=" + std::to_string(framesPerSecond) + "/1";
}

}  // namespace

HubCore::HubCore(host::Context context)
    : m_context(std::move(context)), m_sound(m_context.services().gst) {}

int HubCore::addPort(const std::string& id, SoundDesk::Listener listener) {
  const int port = m_nextPort++;
  m_ports.emplace(id, port);
  m_sound.addPort(port, std::move(listener));
  onPortAdded(port);
  return port;
}

void HubCore::removePort(const std::string& id, std::function<void()> done) {
  const auto found = m_ports.find(id);
  if (found == m_ports.end()) return done();
  const int port = found->second;
  setVideo(port, nullptr);
  m_ports.erase(found);
  onPortRemoved(port);
  m_sound.removePort(port, std::move(done));
}

int HubCore::portOf(const std::string& id) const {
  const auto found = m_ports.find(id);
  if (found == m_ports.end()) throw notFound(id);
  return found->second;
}

bool HubCore::takes(Medium medium) const {
  if (medium == Medium::kAudio) return true;
  return medium == Medium::kVideo ? m_picture != nullptr : m_messages != nullptr;
}

void HubCore::setVideo(int port, const std::shared_ptr<gst::FrameSource>& source) {
  if (m_picture) m_picture->setInput(port, source);
}

std::shared_ptr<media::Stream> HubCore::source(Medium medium) const {
  if (medium == Medium::kVideo) return m_pictureStream;
  return medium == Medium::kData ? m_messageStream : nullptr;
}

void HubCore::hearsOthers(int port) {
  for (const auto& [id, other] : m_ports) {
    if (other == port) continue;
    m_sound.listen(port, other, true);
    m_sound.listen(other, port, true);
  }
}

void HubCore::makePicture(FrameSize size, int framesPerSecond) {
  m_framesPerSecond = framesPerSecond;
  MixConfig config;
  config.medium = Medium::kVideo;
  config.name = m_context.id();
  config.output = pictureCaps(size, framesPerSecond);
  config.framesPerSecond = framesPerSecond;
  config.onFlow = [context = m_context](bool flowing) {
    context.emit("flow", {{"medium", "video"}, {"direction", "out"}, {"flowing", flowing}});
  };
  config.onError = [context = m_context](Map error) { context.emit("error", std::move(error)); };
  config.onInput = [this](int port, std::optional<FrameSize> video) { onVideo(port, video); };
  m_picture = std::make_shared<Mix>(m_context.services().gst, std::move(config));
  m_pictureStream = std::make_shared<media::Stream>(m_picture->frames());
}

void HubCore::setPictureSize(FrameSize size) {
  m_picture->setOutput(pictureCaps(size, m_framesPerSecond));
}

void HubCore::makeMessages() {
  m_messages = std::make_shared<media::DataSource>();
  m_messageStream = std::make_shared<media::Stream>(m_messages);
}

void HubCore::close(std::function<void()> done) {
  if (!m_picture) return done();
  m_picture->close(std::move(done));
}

std::shared_ptr<HubCore> HubTable::find(const std::string& id) const {
  const auto found = m_hubs.find(id);
  if (found == m_hubs.end()) throw notFound(id);
  return found->second;
}

}  // namespace kms::elements
