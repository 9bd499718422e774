#include "objects/composite.hpp"

#include <string>
#include <utility>

namespace kms::elements {

namespace {

int inRange(const Value& params, const char* name, int fallback, int most) {
  const int value = params.get<int>(name, fallback);
  if (value >= 1 && value <= most) return value;
  throw Error(ErrorCode::kIllegalParam, std::string("'") + name + "' should be from 1 to " +
                                            std::to_string(most) + ", not " +
                                            std::to_string(value));
}

}  // namespace

std::vector<Placement> gridOf(int count, int width, int height) {
  int columns = 1;
  while (columns * columns < count) ++columns;
  const int rows = (count + columns - 1) / columns;
  std::vector<Placement> cells;
  for (int i = 0; i < count; ++i) {
    Placement cell;
    cell.width = width / columns;
    cell.height = height / rows;
    cell.x = i % columns * cell.width;
    cell.y = i / columns * cell.height;
    cells.push_back(cell);
  }
  return cells;
}

CompositeShape CompositeShape::fromValue(const Value& params) {
  constexpr int kMostPixels = 8192;
  constexpr int kMostFrames = 240;
  CompositeShape shape;
  shape.width = inRange(params, "width", shape.width, kMostPixels);
  shape.height = inRange(params, "height", shape.height, kMostPixels);
  shape.framesPerSecond = inRange(params, "framerate", shape.framesPerSecond, kMostFrames);
  return shape;
}

CompositeCore::CompositeCore(host::Context context, CompositeShape shape)
    : HubCore(std::move(context)), m_shape(shape) {
  makePicture({shape.width, shape.height}, shape.framesPerSecond);
  makeMessages();
}

void CompositeCore::onVideo(int port, std::optional<FrameSize> size) {
  if (size) {
    m_present.insert(port);
  } else {
    m_present.erase(port);
  }
  const auto cells = gridOf(static_cast<int>(m_present.size()), m_shape.width, m_shape.height);
  auto cell = cells.begin();
  for (const int each : m_present) picture()->place(each, *cell++);
}

}  // namespace kms::elements
