// What is asked of a branch while it runs: keyframes and bitrates.
#include "gst/branch-test.hpp"

namespace kms::gst {
namespace {

using media::Medium;
using media::Stream;
using testing::Collector;
using testing::Packet;

TEST_F(BranchTest, AnswersAKeyframeRequestOfTheRouter) {
  BranchPtr sender = make("sender", branchTo("video", "rtp", "VP8"));
  auto origin = bench.origin(Medium::kVideo, kRed);
  link(*sender, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  auto& producer = packetsOf(*sender, Medium::kVideo);
  const auto keyframes = [](const std::vector<Packet>& packets) {
    // VP8 descriptor with a 15-bit picture id is 4 bytes; start of partition and bit 0 of the
    // header clear.
    return std::count_if(packets.begin(), packets.end(), [](const Packet& packet) {
      return (packet.bytes[12] & 0x10) != 0 && (packet.bytes[16] & 0x01) == 0;
    });
  };
  ASSERT_TRUE(producer.packets.awaitCount(20));
  EXPECT_EQ(keyframes(producer.packets.all()), 1);
  producer.config.onKeyframeRequest();
  EXPECT_TRUE(producer.packets.await([&](const auto& all) { return keyframes(all) >= 2; }));
  bench.stop(origin);
  bench.close(sender);
}

TEST_F(BranchTest, PassesAKeyframeRequestUpThroughAPipelineWithoutEncoder) {
  BranchPtr repacker = make("b", branchTo("video", "rtp", "VP8"));
  auto origin = bench.origin(Medium::kVideo, std::string(kRed) + " ! vp8enc deadline=1");
  const auto frames = std::make_shared<Collector>();
  origin.frames->attach(frames);
  link(*repacker, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(packetsOf(*repacker, Medium::kVideo).packets.awaitCount(20));
  const auto keyframes = [](const std::vector<SamplePtr>& samples) {
    return std::count_if(samples.begin(), samples.end(), [](const SamplePtr& sample) {
      return !GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample.get()),
                                     GST_BUFFER_FLAG_DELTA_UNIT);
    });
  };
  const auto before = keyframes(frames->samples.all());
  packetsOf(*repacker, Medium::kVideo).config.onKeyframeRequest();
  EXPECT_TRUE(frames->samples.await([&](const auto& all) { return keyframes(all) > before; }));
  bench.stop(origin);
  bench.close(repacker);
}

/// Packets of an encoder with a packer behind it, and how many bits of them come in a second.
class BitrateTest : public BranchTest {
 protected:
  using Seconds = std::chrono::duration<double>;

  void SetUp() override {
    link(*encoder, std::make_shared<Stream>(origin.frames));
    link(*packer, encoder->source(Medium::kVideo));
    ASSERT_TRUE(bench.play(origin));
  }
  void TearDown() override {
    bench.stop(origin);
    bench.close(packer);
    bench.close(encoder);
  }
  testing::FakeProducer& packets() { return packetsOf(*packer, Medium::kVideo); }
  double rateBetween(Duration from, Duration to) {
    const auto all = packets().packets.all();
    double bytes = 0;
    for (const Packet& packet : all) {
      const auto age = packet.capture - all[0].capture;
      if (age >= from && age < to) bytes += static_cast<double>(packet.bytes.size());
    }
    return bytes * 8 / Seconds(to - from).count();
  }
  bool awaitAge(Duration age) {
    return packets().packets.await([&](const std::vector<Packet>& all) {
      return !all.empty() && all.back().capture - all[0].capture >= age;
    });
  }

  testing::MediaBench::Origin origin = bench.origin(
      Medium::kVideo,
      "videotestsrc is-live=true pattern=snow ! video/x-raw,width=96,height=96,framerate=30/1");
  BranchPtr encoder = make("encoder", branchTo("video", "frames", "VP8"));
  BranchPtr packer = make("packer", branchTo("video", "rtp", "VP8"));
};

TEST_F(BitrateTest, IsThatWhichIsConfiguredWhileItRuns) {
  using std::chrono::seconds;
  ASSERT_TRUE(awaitAge(seconds(2)));
  bench.invoke(*encoder, "configure", {{"bitrate", 100000}});
  ASSERT_TRUE(awaitAge(seconds(5)));
  EXPECT_LT(rateBetween(seconds(4), seconds(5)), rateBetween(seconds(1), seconds(2)) * 0.6);
  EXPECT_THROW(bench.invoke(*encoder, "configure", {{"bitrate", -1}}), Error);
}

TEST_F(BitrateTest, FollowsWhatTheViewersCanTake) {
  using std::chrono::seconds;
  ASSERT_TRUE(awaitAge(seconds(2)));
  packets().config.onBitrateHint(100'000);
  ASSERT_TRUE(awaitAge(seconds(5)));
  EXPECT_LT(rateBetween(seconds(4), seconds(5)), rateBetween(seconds(1), seconds(2)) * 0.6);
}

}  // namespace
}  // namespace kms::gst
