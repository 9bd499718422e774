#include "objects/recorder-config.hpp"

namespace kms::elements {

RecorderConfig RecorderConfig::fromValue(const Value& params) {
  RecorderConfig config;
  config.uri = params.at("uri").text();
  config.profile = recordingProfile(params.get<std::string>("profile", "WEBM"));
  config.stopsAtEnd = params.get<bool>("stopOnEndOfStream", false);
  config.isStreamed = params.get<bool>("streamed", false);
  if (config.isStreamed && config.profile.streamer.empty()) {
    throw Error(ErrorCode::kIllegalParam,
                "Media profile " + config.profile.name + " can only be written to files");
  }
  config.closesGaps = params.get<bool>("closesGaps", false);
  config.silenceWait = std::chrono::milliseconds(params.get<int>("silenceWait", 2000));
  const Value& roots = params.get("roots");
  if (!roots.isNull()) {
    for (const Value& root : roots.list()) config.roots.push_back(root.text());
  }
  return config;
}

}  // namespace kms::elements
