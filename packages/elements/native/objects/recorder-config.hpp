// What a client and the configuration say about a recorder.
#pragma once

#include "objects/recording-profile.hpp"

#include <kms/base/clock.hpp>
#include <kms/base/value.hpp>

#include <string>
#include <vector>

namespace kms::elements {

struct RecorderConfig {
  std::string uri;
  RecordingProfile profile;
  bool stopsAtEnd = false;  ///< when all its sources have ended
  bool isStreamed = false;  ///< only appends to the file, so that it can be sent while it grows
  bool closesGaps = false;  ///< takes out times in which nothing comes
  /// How long a track that is connected but silent holds the others back.
  Duration silenceWait = std::chrono::seconds(2);
  std::vector<std::string> roots;  ///< folders in which files may be made; empty: everywhere

  /// Throws Error 40001 or 40107 naming what is wrong.
  [[nodiscard]] static RecorderConfig fromValue(const Value& params);
};

}  // namespace kms::elements
