#include "objects/hub-object.hpp"

#include <utility>

namespace kms::elements {

using media::Medium;

HubObject::HubObject(host::Context context, std::shared_ptr<HubCore> core,
                     std::shared_ptr<HubTable> hubs)
    : ObjectBase(context), m_core(std::move(core)), m_hubs(std::move(hubs)) {
  m_hubs->add(context.id(), m_core);
  if (!m_core->picture()) return;
  context.emit("sourceFormat", {{"medium", "video"},
                                {"kind", "frames"},
                                {"format", media::Format{.codec = "RAW"}.toValue()}});
}

std::shared_ptr<media::Stream> HubObject::source(Medium medium) {
  return m_core->source(medium);
}

List HubObject::elements() const {
  return m_core->picture() ? m_core->picture()->elements() : List{};
}

std::string HubObject::dot(int details) const {
  return m_core->picture() ? m_core->picture()->dot(details) : std::string();
}

void HubObject::close(host::Completion completion) {
  m_hubs->remove(context().id());
  m_core->close([completion] { completion.resolve(); });
}

}  // namespace kms::elements
