#include "objects/alpha-blending.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kms::elements {

namespace {

constexpr int kFramesPerSecond = 15;  // Kurento's, api.md B14
constexpr FrameSize kNoMaster{640, 480};

int part(double of, int whole) {
  return static_cast<int>(std::lround(std::clamp(of, 0.0, 1.0) * whole));
}

}  // namespace

Placement RelativePlace::in(FrameSize picture) const {
  Placement place;
  place.x = part(x, picture.width);
  place.y = part(y, picture.height);
  place.width = part(width, picture.width);
  place.height = part(height, picture.height);
  place.zOrder = zOrder;
  place.keepsAspectRatio = false;
  return place;
}

AlphaBlendingCore::AlphaBlendingCore(host::Context context) : HubCore(std::move(context)) {
  makePicture(kNoMaster, kFramesPerSecond);
}

void AlphaBlendingCore::setMaster(int port, int zOrder) {
  m_master = port;
  m_places[port].zOrder = zOrder;
  arrange();
}

void AlphaBlendingCore::setPlace(int port, const RelativePlace& place) {
  m_places[port] = place;
  arrange();
}

void AlphaBlendingCore::onPortRemoved(int port) {
  m_places.erase(port);
  if (m_master == port) m_master.reset();
  arrange();
}

void AlphaBlendingCore::onVideo(int port, std::optional<FrameSize> size) {
  if (size) {
    m_present[port] = *size;
  } else {
    m_present.erase(port);
  }
  arrange();
}

void AlphaBlendingCore::arrange() {
  if (m_present.empty()) return;
  const auto master = m_master ? m_present.find(*m_master) : m_present.end();
  const FrameSize size = master == m_present.end() ? m_present.begin()->second : master->second;
  setPictureSize(size);
  for (const auto& [port, own] : m_present) picture()->place(port, m_places[port].in(size));
}

AlphaBlending::AlphaBlending(host::Context context, std::shared_ptr<HubTable> hubs)
    : AlphaBlending(context, std::make_shared<AlphaBlendingCore>(context), std::move(hubs)) {}

AlphaBlending::AlphaBlending(const host::Context& context,
                             const std::shared_ptr<AlphaBlendingCore>& core,
                             std::shared_ptr<HubTable> hubs)
    : HubObject(context, core, std::move(hubs)) {
  addMethod("setMaster", [core](const Value& args) {
    core->setMaster(core->portOf(args.at("source").text()), args.at("zOrder").as<int>());
    return Value();
  });
  addMethod("setPortProperties", [core](const Value& args) {
    RelativePlace place;
    place.x = args.at("relativeX").as<double>();
    place.y = args.at("relativeY").as<double>();
    place.width = args.at("relativeWidth").as<double>();
    place.height = args.at("relativeHeight").as<double>();
    place.zOrder = args.at("zOrder").as<int>();
    core->setPlace(core->portOf(args.at("port").text()), place);
    return Value();
  });
}

}  // namespace kms::elements
