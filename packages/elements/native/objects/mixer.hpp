// Mixer: the sound of chosen ports for each port. Its video goes past it, in the router.
#pragma once

#include "objects/hub-object.hpp"

#include <memory>

namespace kms::elements {

class MixerCore final : public HubCore {
 public:
  using HubCore::HubCore;

 private:
  void onPortAdded(int /*port*/) override {}
};

/// The native class `Mixer`. Methods: `connectAudio {source, sink}` adds what enters one port to
/// what leaves another, `disconnectAudio {source, sink}` takes it out; both take ids of ports and
/// throw Error 40101 for others.
class Mixer final : public HubObject {
 public:
  Mixer(host::Context context, std::shared_ptr<HubTable> hubs);

 private:
  Mixer(const host::Context& context, const std::shared_ptr<MixerCore>& core,
        std::shared_ptr<HubTable> hubs);
};

}  // namespace kms::elements
