// Composite: the video of all ports side by side, the sound of all others.
#pragma once

#include "objects/hub-object.hpp"

#include <memory>
#include <set>
#include <vector>

namespace kms::elements {

/// The cells of a picture that `count` videos share: ceil(sqrt(count)) columns, row by row, as
/// large as whole pixels allow. Pure.
[[nodiscard]] std::vector<Placement> gridOf(int count, int width, int height);

struct CompositeShape {
  int width = 800;  ///< pixels, 1 to 8192
  int height = 600;
  int framesPerSecond = 15;  ///< 1 to 240

  /// Reads {width, height, framerate}. Throws Error 40107 naming a value that is out of range.
  [[nodiscard]] static CompositeShape fromValue(const Value& params);
};

/// A port whose video flows has a cell; the order is that in which the ports were made.
class CompositeCore final : public HubCore {
 public:
  CompositeCore(host::Context context, CompositeShape shape);

 private:
  void onPortAdded(int port) override { hearsOthers(port); }
  void onVideo(int port, std::optional<FrameSize> size) override;

  const CompositeShape m_shape;
  std::set<int> m_present;
};

/// The native class `Composite`. params: {width, height: pixels, framerate: 1/s}. Its sources: the
/// picture, raw, and the messages of all ports. Events: sourceFormat, flow, error.
class Composite final : public HubObject {
 public:
  /// Throws Error 40107 on a size or rate that is out of range.
  Composite(host::Context context, const Value& params, std::shared_ptr<HubTable> hubs)
      : HubObject(context,
                  std::make_shared<CompositeCore>(context, CompositeShape::fromValue(params)),
                  std::move(hubs)) {}
};

}  // namespace kms::elements
