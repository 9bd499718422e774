// AlphaBlending: the video of its ports over each other, the sound of all others.
#pragma once

#include "objects/hub-object.hpp"

#include <map>
#include <memory>
#include <optional>

namespace kms::elements {

/// A port's place as parts of the picture, 0 to 1.
struct RelativePlace {
  double x = 0;
  double y = 0;
  double width = 1;
  double height = 1;
  int zOrder = 1;

  /// In pixels of a picture of that size.
  [[nodiscard]] Placement in(FrameSize picture) const;
};

/// The picture is as large as the master's video; while that does not flow, as the video of the
/// first port whose does.
class AlphaBlendingCore final : public HubCore {
 public:
  explicit AlphaBlendingCore(host::Context context);

  void setMaster(int port, int zOrder);
  /// What is not from 0 to 1 is taken as the nearer of these.
  void setPlace(int port, const RelativePlace& place);

 private:
  void onPortAdded(int port) override { hearsOthers(port); }
  void onPortRemoved(int port) override;
  void onVideo(int port, std::optional<FrameSize> size) override;
  void arrange();

  std::optional<int> m_master;
  std::map<int, RelativePlace> m_places;
  std::map<int, FrameSize> m_present;
};

/// The native class `AlphaBlending`. Its source: the picture, raw, 15 per second. Methods:
/// `setMaster {source, zOrder}`, `setPortProperties {relativeX, relativeY, zOrder, relativeWidth,
/// relativeHeight, port}`; both throw Error 40101 for an id that is none of its ports. Events:
/// sourceFormat, flow, error.
class AlphaBlending final : public HubObject {
 public:
  AlphaBlending(host::Context context, std::shared_ptr<HubTable> hubs);

 private:
  AlphaBlending(const host::Context& context, const std::shared_ptr<AlphaBlendingCore>& core,
                std::shared_ptr<HubTable> hubs);
};

}  // namespace kms::elements
