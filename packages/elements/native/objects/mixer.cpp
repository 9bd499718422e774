#include "objects/mixer.hpp"

#include <utility>

namespace kms::elements {

Mixer::Mixer(host::Context context, std::shared_ptr<HubTable> hubs)
    : Mixer(context, std::make_shared<MixerCore>(context), std::move(hubs)) {}

Mixer::Mixer(const host::Context& context, const std::shared_ptr<MixerCore>& core,
             std::shared_ptr<HubTable> hubs)
    : HubObject(context, core, std::move(hubs)) {
  const auto hear = [core](bool hears) {
    return [core, hears](const Value& args) {
      const int source = core->portOf(args.at("source").text());
      core->sound().listen(core->portOf(args.at("sink").text()), source, hears);
      return Value();
    };
  };
  addMethod("connectAudio", hear(true));
  addMethod("disconnectAudio", hear(false));
}

}  // namespace kms::elements
