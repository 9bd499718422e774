// What the hubs that mix have in common: numbered ports, their sound, a picture, messages.
#pragma once

#include "objects/mix.hpp"
#include "objects/sound-desk.hpp"

#include <kms/host/object.hpp>
#include <kms/media/data.hpp>
#include <kms/media/stream.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace kms::elements {

/// The working part of a hub, shared with its ports, as either may go first. Loop only.
class HubCore {
 public:
  explicit HubCore(host::Context context);
  virtual ~HubCore() = default;
  HubCore(const HubCore&) = delete;
  HubCore& operator=(const HubCore&) = delete;

  /// Enters a port by the id of its native object; later ones have higher numbers.
  int addPort(const std::string& id, SoundDesk::Listener listener);
  void removePort(const std::string& id, std::function<void()> done);
  /// The number of a port. Throws Error 40101 for an id that is none of this hub's ports.
  [[nodiscard]] int portOf(const std::string& id) const;

  [[nodiscard]] SoundDesk& sound() { return m_sound; }
  /// Whether ports take that medium, besides audio.
  [[nodiscard]] bool takes(media::Medium medium) const;
  void setVideo(int port, const std::shared_ptr<gst::FrameSource>& source);
  /// Where messages that enter ports go; null when the hub takes none.
  [[nodiscard]] const std::shared_ptr<media::DataSource>& messages() const { return m_messages; }
  [[nodiscard]] const std::shared_ptr<Mix>& picture() const { return m_picture; }
  /// What leaves all ports alike, or null.
  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) const;
  void close(std::function<void()> done);

 protected:
  /// Makes the picture, whose inputs are the ports. Only in constructors.
  void makePicture(FrameSize size, int framesPerSecond);
  void setPictureSize(FrameSize size);
  /// Lets messages in. Only in constructors.
  void makeMessages();
  /// Has a new port hear all others, and all others hear it; nobody hears himself.
  void hearsOthers(int port);

  virtual void onPortAdded(int port) = 0;
  virtual void onPortRemoved(int /*port*/) {}
  /// A port's video begins, changes its size, or (none) ends.
  virtual void onVideo(int /*port*/, std::optional<FrameSize> /*size*/) {}

 private:
  host::Context m_context;
  SoundDesk m_sound;
  std::map<std::string, int> m_ports;
  int m_nextPort = 0;
  int m_framesPerSecond = 0;
  std::shared_ptr<Mix> m_picture;
  std::shared_ptr<media::Stream> m_pictureStream;
  std::shared_ptr<media::DataSource> m_messages;
  std::shared_ptr<media::Stream> m_messageStream;
};

/// Lets ports find their hubs, by the ids of the native objects. Loop only.
class HubTable {
 public:
  void add(const std::string& id, const std::shared_ptr<HubCore>& hub) { m_hubs[id] = hub; }
  void remove(const std::string& id) { m_hubs.erase(id); }
  /// Throws Error 40101 when there is no such hub.
  [[nodiscard]] std::shared_ptr<HubCore> find(const std::string& id) const;

 private:
  std::map<std::string, std::shared_ptr<HubCore>> m_hubs;
};

}  // namespace kms::elements
