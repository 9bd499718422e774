// What the host keeps of one object.
#pragma once

#include <kms/host/host.hpp>

namespace kms::host {

struct Host::Entry {
  std::string id;
  io::Executor* home = nullptr;
  std::unique_ptr<Object> object;  // home only

  // Guarded by the host's mutex; streams and sinks are set before isLive and then fixed.
  bool isLive = false;
  bool holdsEvents = true;  // until its creation is answered
  bool isReleasing = false;
  std::map<media::Medium, std::shared_ptr<media::Stream>> streams;
  std::map<media::Medium, media::Sink*> sinks;
  std::vector<std::pair<std::string, Map>> heldEvents;
  std::vector<Completion> releaseWaiters;
};

}  // namespace kms::host
