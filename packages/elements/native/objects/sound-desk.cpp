#include "objects/sound-desk.hpp"

#include <utility>

namespace kms::elements {

void SoundDesk::addPort(int port, Listener listener) {
  MixConfig config;
  config.medium = media::Medium::kAudio;
  config.name = std::move(listener.name);
  config.output = "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2";
  config.onFlow = std::move(listener.onFlow);
  config.onError = std::move(listener.onError);
  config.onInput = [](int, std::optional<FrameSize>) {};
  Port made;
  made.mix = std::make_shared<Mix>(m_runtime, std::move(config));
  made.stream = std::make_shared<media::Stream>(made.mix->frames());
  m_ports.emplace(port, std::move(made));
}

void SoundDesk::removePort(int port, std::function<void()> done) {
  const auto found = m_ports.find(port);
  if (found == m_ports.end()) return done();
  setSource(port, nullptr);
  const Port removed = std::move(found->second);
  m_ports.erase(found);
  for (auto& [key, other] : m_ports) other.speakers.erase(port);
  removed.mix->close(std::move(done));
}

std::shared_ptr<media::Stream> SoundDesk::heardBy(int port) const {
  return m_ports.at(port).stream;
}

List SoundDesk::elements(int port) const {
  const auto found = m_ports.find(port);
  return found == m_ports.end() ? List{} : found->second.mix->elements();
}

std::string SoundDesk::dot(int port, int details) const {
  const auto found = m_ports.find(port);
  return found == m_ports.end() ? std::string() : found->second.mix->dot(details);
}

void SoundDesk::setSource(int port, const std::shared_ptr<gst::FrameSource>& source) {
  m_ports.at(port).source = source;
  for (auto& [key, listener] : m_ports) {
    if (listener.speakers.contains(port)) listener.mix->setInput(port, source);
  }
}

void SoundDesk::listen(int listener, int speaker, bool hears) {
  Port& port = m_ports.at(listener);
  const bool isNew =
      hears ? port.speakers.insert(speaker).second : port.speakers.erase(speaker) > 0;
  if (isNew) port.mix->setInput(speaker, hears ? m_ports.at(speaker).source : nullptr);
}

}  // namespace kms::elements
