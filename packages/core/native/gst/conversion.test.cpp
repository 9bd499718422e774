// Every codec through all that a conversion may consist of: encoded, packed, unpacked, decoded.
#include "gst/fake-router.hpp"

namespace kms::gst {
namespace {

using media::Medium;
using media::Stream;
using testing::Collector;

Map step(const char* medium, const char* kind, const std::string& codec) {
  return {{"medium", medium}, {"target", Map{{"kind", kind}, {"format", Map{{"codec", codec}}}}}};
}

class ConversionTest : public ::testing::TestWithParam<const char*> {
 protected:
  using BranchPtr = std::unique_ptr<Branch>;

  // A chain of branches with these targets; the first gets its source from `feed`.
  void build(const std::vector<Map>& steps, Medium medium) {
    m_medium = medium;
    for (const Map& params : steps) {
      const std::string id = "step-" + std::to_string(m_steps.size());
      m_steps.push_back(bench.onLoop([&] {
        return std::make_unique<Branch>(bench.context(id), Value(params), testing::fakePorts());
      }));
    }
    m_steps.back()->source(medium)->frames->attach(result);
    for (std::size_t i = 1; i < m_steps.size(); ++i) {
      link(*m_steps[i], m_steps[i - 1]->source(medium));
    }
  }
  void link(Branch& sink, std::shared_ptr<Stream> source) {
    bench.onLoop([&] { sink.setSource(std::move(source)); });
  }
  testing::MediaBench::Origin feed(const std::string& description) {
    auto origin = bench.origin(m_medium, description);
    link(*m_steps.front(), std::make_shared<Stream>(origin.frames));
    EXPECT_TRUE(bench.play(origin));
    return origin;
  }
  void TearDown() override {
    while (!m_steps.empty()) {
      bench.close(m_steps.back());
      m_steps.pop_back();
    }
    EXPECT_TRUE(bench.eventsOf("error").empty());
  }

  testing::MediaBench bench;
  std::shared_ptr<Collector> result = std::make_shared<Collector>();

 private:
  Medium m_medium = Medium::kVideo;
  std::vector<BranchPtr> m_steps;
};

struct Size {
  int width = 0;
  int height = 0;
};

Size sizeOf(GstSample* sample) {
  Size size;
  gst_structure_get(gst_caps_get_structure(gst_sample_get_caps(sample), 0), "width", G_TYPE_INT,
                    &size.width, "height", G_TYPE_INT, &size.height, nullptr);
  return size;
}

std::string picture(const char* colour, int width, int height) {
  return std::string("videotestsrc is-live=true pattern=") + colour +
         " ! video/x-raw,format=I420,framerate=15/1,width=" + std::to_string(width) +
         ",height=" + std::to_string(height);
}

class VideoConversionTest : public ConversionTest {
 protected:
  bool awaitSize(int width, int height) {
    return result->samples.await([&](const std::vector<SamplePtr>& samples) {
      if (samples.empty()) return false;
      const Size size = sizeOf(samples.back().get());
      // Some encoders leave out the last line and column where their number is odd.
      return width - size.width <= width % 2 && size.width <= width &&
             height - size.height <= height % 2 && size.height <= height;
    });
  }
};

TEST_P(VideoConversionTest, KeepsColourAndFollowsTheSize) {
  const std::string codec = GetParam();
  build({step("video", "frames", codec), step("video", "rtp", codec),
         step("video", "frames", codec), step("video", "frames", "RAW")},
        Medium::kVideo);
  auto red = feed(picture("red", 321, 241));
  ASSERT_TRUE(awaitSize(321, 241));
  const auto first = testing::colourOf(result->samples.all().back().get());
  EXPECT_NEAR(first.y, 81, 8);
  EXPECT_NEAR(first.v, 240, 8);
  bench.stop(red);
  auto blue = feed(picture("blue", 160, 120));
  ASSERT_TRUE(awaitSize(160, 120));
  EXPECT_NEAR(testing::colourOf(result->samples.all().back().get()).u, 240, 8);
  bench.stop(blue);
}

INSTANTIATE_TEST_SUITE_P(Codecs, VideoConversionTest,
                         ::testing::Values("VP8", "VP9", "H264", "H265", "AV1"),
                         [](const auto& each) { return std::string(each.param); });

struct Sound {
  std::size_t rate = 0;
  std::vector<std::int16_t> values;  // of the first channel
};

Sound soundOf(const std::vector<SamplePtr>& samples) {
  int rate = 0;
  int channels = 0;
  const GstStructure* format = gst_caps_get_structure(gst_sample_get_caps(samples[0].get()), 0);
  EXPECT_STREQ(gst_structure_get_string(format, "format"), "S16LE");
  EXPECT_TRUE(gst_structure_get(format, "rate", G_TYPE_INT, &rate, "channels", G_TYPE_INT,
                                &channels, nullptr));
  Sound sound{static_cast<std::size_t>(rate), {}};
  for (const SamplePtr& sample : samples) {
    GstMapInfo map;
    EXPECT_TRUE(gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ));
    const auto* values = reinterpret_cast<const std::int16_t*>(map.data);
    for (gsize i = 0; i < map.size / 2; i += static_cast<gsize>(channels)) {
      sound.values.push_back(values[i]);
    }
    gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
  }
  return sound;
}

// Frequency of a tone by how often it crosses zero in one second; the first half is left out.
double frequencyOf(const Sound& sound) {
  const auto& [rate, values] = sound;
  if (values.size() < rate * 3 / 2) return 0;
  int crossings = 0;
  for (std::size_t i = rate / 2; i < rate * 3 / 2; ++i) {
    if ((values[i - 1] < 0) != (values[i] < 0)) ++crossings;
  }
  return crossings / 2.0;
}

GstClockTime lengthOf(const std::vector<SamplePtr>& samples) {
  GstClockTime length = 0;
  for (const SamplePtr& sample : samples) {
    length += GST_BUFFER_DURATION(gst_sample_get_buffer(sample.get()));
  }
  return length;
}

constexpr const char* kTone =
    "audiotestsrc is-live=true freq=440 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2";

class AudioConversionTest : public ConversionTest {
 protected:
  void expectTheTone() {
    auto tone = feed(kTone);
    ASSERT_TRUE(result->samples.await(
        [](const auto& samples) { return lengthOf(samples) >= 2 * GST_SECOND; }));
    EXPECT_NEAR(frequencyOf(soundOf(result->samples.all())), 440, 5);
    bench.stop(tone);
  }
};

TEST_P(AudioConversionTest, KeepsTheToneThroughPackets) {
  const std::string codec = GetParam();
  build({step("audio", "frames", codec), step("audio", "rtp", codec),
         step("audio", "frames", codec), step("audio", "frames", "RAW")},
        Medium::kAudio);
  expectTheTone();
}

INSTANTIATE_TEST_SUITE_P(Codecs, AudioConversionTest,
                         ::testing::Values("OPUS", "PCMU", "PCMA", "AMR"),
                         [](const auto& each) { return std::string(each.param); });

using AacConversionTest = AudioConversionTest;

TEST_F(AacConversionTest, TurnsAacIntoWhatViewersTake) {
  build({step("audio", "frames", "AAC"), step("audio", "frames", "RAW"),
         step("audio", "frames", "OPUS"), step("audio", "frames", "RAW")},
        Medium::kAudio);
  expectTheTone();
}

using PacedConversionTest = VideoConversionTest;

TEST_F(PacedConversionTest, EncodesAsManyFramesAsWereAskedFor) {
  Map params = step("video", "frames", "VP8");
  params.emplace("framerate", Map{{"numerator", 5}, {"denominator", 1}});
  build({params}, Medium::kVideo);
  auto red = feed(picture("red", 320, 240));
  ASSERT_TRUE(result->samples.awaitCount(8));
  const auto times = result->times();
  EXPECT_NEAR(static_cast<double>(times[7] - times[1]) / 1e9, 1.2, 0.05);
  bench.stop(red);
}

}  // namespace
}  // namespace kms::gst
