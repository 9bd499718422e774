// The sound of a hub: what each port hears of the others.
#pragma once

#include "objects/mix.hpp"

#include <kms/media/stream.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>

namespace kms::elements {

/// A mix for each port, of the ports that it listens to: 48 kHz, stereo, S16LE. Loop only.
class SoundDesk {
 public:
  /// What a port is told about its mix.
  struct Listener {
    std::string name;  ///< of the mix's pipeline
    std::function<void(bool flowing)> onFlow;
    std::function<void(Map error)> onError;
  };

  explicit SoundDesk(gst::Runtime& runtime) : m_runtime(runtime) {}

  void addPort(int port, Listener listener);
  /// `done` when its mix is down; nobody listens to it any more at once.
  void removePort(int port, std::function<void()> done);
  /// What the port hears; fixed for its life.
  [[nodiscard]] std::shared_ptr<media::Stream> heardBy(int port) const;
  /// The elements of the port's mix; none once the port is removed.
  [[nodiscard]] List elements(int port) const;
  [[nodiscard]] std::string dot(int port, int details) const;
  /// What enters a port; null: nothing.
  void setSource(int port, const std::shared_ptr<gst::FrameSource>& source);
  /// Has one port hear another (or itself), or no longer.
  void listen(int listener, int speaker, bool hears);

 private:
  struct Port {
    std::shared_ptr<Mix> mix;
    std::shared_ptr<media::Stream> stream;
    std::shared_ptr<gst::FrameSource> source;
    std::set<int> speakers;
  };

  gst::Runtime& m_runtime;
  std::map<int, Port> m_ports;
};

}  // namespace kms::elements
