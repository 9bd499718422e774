// A recorder with live sources, and what its files hold.
#pragma once

#include "objects/recorder-endpoint.hpp"
#include "objects/test-media.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kms::elements::testing_recorder {

using media::Medium;
using media::Stream;
using testing::pullAll;
using testing::Pulled;

inline constexpr const char* kRed =
    "videotestsrc is-live=true pattern=red ! "
    "video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! "
    "vp8enc deadline=1 keyframe-max-dist=600";
inline constexpr const char* kTone =
    "audiotestsrc is-live=true samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! opusenc";

inline double seconds(GstClockTime time) {
  return static_cast<double>(time) / GST_SECOND;
}

class RecorderTest : public ::testing::Test {
 protected:
  using RecorderPtr = std::unique_ptr<RecorderEndpoint>;

  RecorderPtr make(const std::string& uri, const std::string& profile = "WEBM",
                   bool stopsAtEnd = false, int silenceWait = 2000, List roots = {}) {
    return bench.onLoop([&] {
      const Map params{{"uri", uri},
                       {"profile", profile},
                       {"stopOnEndOfStream", stopsAtEnd},
                       {"silenceWait", silenceWait},
                       {"roots", roots}};
      return std::make_unique<RecorderEndpoint>(bench.context("r"), Value(params));
    });
  }
  void link(RecorderEndpoint& recorder, Medium medium, std::shared_ptr<Stream> source) {
    bench.onLoop([&] { recorder.sink(medium)->setSource(std::move(source)); });
  }
  void awaitState(const std::string& state, std::size_t times = 1) {
    EXPECT_TRUE(bench.events.await([&](const auto& all) {
      const auto fits = [&](const auto& event) {
        return event.type == "state" && event.data.at("state").text() == state;
      };
      return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), fits)) >= times;
    })) << state;
  }
  std::vector<std::string> states() {
    std::vector<std::string> states;
    for (const auto& event : bench.eventsOf("state"))
      states.push_back(event.data.at("state").text());
    return states;
  }
  void awaitError(const std::string& type) {
    EXPECT_TRUE(bench.awaitEvent("r", "error", [&](const Value& data) {
      return data.at("type").text() == type;
    })) << type;
  }
  [[nodiscard]] Pulled track(const std::string& name, const std::string& pad) const {
    return pullAll("filesrc location=" + folder.path(name) + " ! matroskademux name=d d." + pad +
                   " ! queue ! appsink name=out sync=false");
  }
  [[nodiscard]] Pulled pictures(const std::string& name) const {
    return pullAll(
        "filesrc location=" + folder.path(name) +
        " ! matroskademux name=d d.video_0 ! queue ! vp8dec ! appsink name=out sync=false");
  }
  [[nodiscard]] Pulled sound(const std::string& name) const {
    return pullAll(
        "filesrc location=" + folder.path(name) +
        " ! matroskademux name=d d.audio_0 ! queue ! opusdec ! appsink name=out sync=false");
  }
  static GstClockTime ptsOf(const gst::SamplePtr& sample) {
    return GST_BUFFER_PTS(gst_sample_get_buffer(sample.get()));
  }
  static double spanOf(const Pulled& pulled) {
    return pulled.samples.empty()
               ? 0
               : seconds(ptsOf(pulled.samples.back()) - ptsOf(pulled.samples.front()));
  }
  static bool isKeyframe(const gst::SamplePtr& sample) {
    return !GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample.get()), GST_BUFFER_FLAG_DELTA_UNIT);
  }
  // Waits until a source has given that many more frames.
  void awaitFrames(const std::shared_ptr<testing::Collector>& from, std::size_t more) {
    EXPECT_TRUE(from->samples.awaitCount(from->samples.all().size() + more));
  }

  struct Live {
    testing::MediaBench::Origin origin;
    std::shared_ptr<testing::Collector> frames = std::make_shared<testing::Collector>();
  };
  Live live(Medium medium, const std::string& description) {
    Live made;
    made.origin = bench.origin(medium, description);
    made.origin.frames->attach(made.frames);
    EXPECT_TRUE(bench.play(made.origin));
    return made;
  }

  testing::MediaBench bench;
  testing::TestFolder folder;
};

}  // namespace kms::elements::testing_recorder
