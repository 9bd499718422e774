// What each recording profile writes: container, codecs, and the elements for them.
#pragma once

#include <kms/gst/ptr.hpp>
#include <kms/media/format.hpp>

#include <map>
#include <string>
#include <string_view>

namespace kms::elements {

/// How a profile records a medium.
struct RecordingTrack {
  std::string pad;    ///< of the muxer
  std::string codec;  ///< as in media::Format; empty: any
};

/// One row of api.md B11. Plain value, any thread.
struct RecordingProfile {
  std::string name;
  std::string muxer;     ///< launch fragment for a file that may be sought back in
  std::string streamer;  ///< launch fragment that only ever appends; empty where nothing does
  std::map<media::Medium, RecordingTrack> tracks;
  bool isSplit = false;  ///< a file of its own for each track, in any codec
};

/// The profile of that name. Throws Error 40107 naming it when there is none.
[[nodiscard]] const RecordingProfile& recordingProfile(std::string_view name);

/// Launch text between frames with these caps and the muxer, each part led by " ! "; empty where
/// the muxer takes them as they are.
[[nodiscard]] std::string trackFragment(const GstCaps* caps);

/// Ending of a split recording's file for one track: "-audio.mka" or "-video.mkv".
[[nodiscard]] std::string splitEnding(media::Medium medium);

}  // namespace kms::elements
