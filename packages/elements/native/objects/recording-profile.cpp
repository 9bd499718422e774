#include "objects/recording-profile.hpp"

#include <kms/base/error.hpp>
#include <kms/gst/codecs.hpp>

#include <algorithm>
#include <vector>

namespace kms::elements {

using media::Medium;

namespace {

// A cluster or fragment is the most that a crash can take along with what the muxer still holds.
constexpr const char* kClusters = " min-cluster-duration=0 max-cluster-duration=500000000";
constexpr const char* kFragments = "mp4mux fragment-duration=250";

using Tracks = std::map<Medium, RecordingTrack>;

Tracks both(const RecordingTrack& audio, const RecordingTrack& video) {
  return {{Medium::kAudio, audio}, {Medium::kVideo, video}};
}

void addContainer(std::vector<RecordingProfile>& table, const RecordingProfile& whole) {
  table.push_back(whole);
  for (const auto& [medium, ending] :
       {std::pair(Medium::kVideo, "_VIDEO_ONLY"), std::pair(Medium::kAudio, "_AUDIO_ONLY")}) {
    RecordingProfile part = whole;
    part.name += ending;
    part.tracks = {{medium, whole.tracks.at(medium)}};
    table.push_back(std::move(part));
  }
}

std::vector<RecordingProfile> makeTable() {
  const std::string webm = std::string("webmmux") + kClusters;
  const std::string matroska = std::string("matroskamux") + kClusters;
  const std::string streamable = " streamable=true";
  const RecordingTrack aac{"audio_0", "AAC"};
  const RecordingTrack h264{"video_0", "H264"};
  std::vector<RecordingProfile> table;
  addContainer(table,
               {"WEBM", webm, webm + streamable, both({"audio_0", "OPUS"}, {"video_0", "VP8"})});
  addContainer(table, {"MKV", matroska, matroska + streamable, both(aac, h264)});
  addContainer(table, {"MP4", kFragments, kFragments + streamable, both(aac, h264)});
  table.push_back({"FLV", "flvmux streamable=false", "flvmux streamable=true",
                   both({"audio", "AAC"}, {"video", "H264"})});
  table.push_back({"JPEG_VIDEO_ONLY", "jifmux", "jifmux", {{Medium::kVideo, {"sink", "JPEG"}}}});
  table.push_back(
      {"KURENTO_SPLIT_RECORDER", matroska, "", both({"audio_0", ""}, {"video_0", ""}), true});
  return table;
}

}  // namespace

const RecordingProfile& recordingProfile(std::string_view name) {
  static const std::vector<RecordingProfile> table = makeTable();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const auto& profile) { return profile.name == name; });
  if (found != table.end()) return *found;
  throw Error(ErrorCode::kIllegalParam, "Media profile " + std::string(name) + " is not supported");
}

// Parameter sets are repeated in front of each keyframe, so that the size may change.
std::string trackFragment(const GstCaps* caps) {
  static const std::map<std::string, std::string, std::less<>> table = {
      {"H264", " ! h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au"},
      {"H265", " ! h265parse config-interval=-1 ! video/x-h265,stream-format=hvc1,alignment=au"},
      {"VP9", " ! vp9parse"},
      {"AV1", " ! av1parse ! video/x-av1,stream-format=obu-stream,alignment=tu"},
      {"AAC", " ! aacparse ! audio/mpeg,mpegversion=4,stream-format=raw"}};
  const auto format = gst::formatOf(caps);
  const auto found = format ? table.find(format->codec) : table.end();
  return found == table.end() ? "" : found->second;
}

std::string splitEnding(Medium medium) {
  return medium == Medium::kAudio ? "-audio.mka" : "-video.mkv";
}

}  // namespace kms::elements
