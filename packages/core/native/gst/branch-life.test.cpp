// Branches that begin, end, switch and fail.
#include "gst/branch-test.hpp"

namespace kms::gst {
namespace {

using media::Medium;
using media::Stream;

/// Does something on the streaming thread when the stream ends.
class AtTheEnd final : public FrameSink {
 public:
  explicit AtTheEnd(std::function<void()> act) : m_act(std::move(act)) {}
  void onSample(GstSample* /*sample*/) override {}
  void onEndOfStream() override { m_act(); }

 private:
  std::function<void()> m_act;
};

TEST_F(BranchTest, GoesOnAfterTheEndOfAStream) {
  BranchPtr branch = make("b", branchTo("video", "frames", "RAW"));
  const auto decoded = collect(*branch, Medium::kVideo);
  for (std::size_t round = 1; round <= 2; ++round) {
    auto origin = bench.origin(Medium::kVideo,
                               "videotestsrc num-buffers=20 ! "
                               "video/x-raw,width=64,height=64,framerate=30/1 ! vp8enc deadline=1");
    link(*branch, std::make_shared<Stream>(origin.frames));
    ASSERT_TRUE(bench.play(origin));
    ASSERT_TRUE(decoded->ends.awaitCount(round));
    EXPECT_EQ(decoded->samples.all().size(), 20 * round);
    bench.stop(origin);
  }
  bench.close(branch);
}

TEST_F(BranchTest, ClosesAlthoughItsStreamEndsMeanwhile) {
  BranchPtr branch = make("b", branchTo("video", "frames", "RAW"));
  std::promise<host::Outcome> closed;
  const auto close = [&] {
    branch->close(host::Completion([&](host::Outcome what) { closed.set_value(std::move(what)); }));
  };
  // Begun before the branch hears of the end, done after: the pipeline waits for this thread.
  const auto sink = std::make_shared<AtTheEnd>([&] { bench.onLoop(close); });
  branch->source(Medium::kVideo)->frames->attach(sink);
  auto origin = bench.origin(Medium::kVideo,
                             "videotestsrc num-buffers=3 ! "
                             "video/x-raw,width=64,height=64,framerate=30/1 ! vp8enc deadline=1");
  link(*branch, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  EXPECT_TRUE(std::holds_alternative<Value>(closed.get_future().get()));
  bench.stop(origin);
  bench.onLoop([&] { branch.reset(); });
}

TEST_F(BranchTest, FollowsASwitchToASourceOfAnotherCodec) {
  BranchPtr branch = make("b", branchTo("video", "frames", "RAW"));
  const auto decoded = collect(*branch, Medium::kVideo);
  auto red = bench.origin(Medium::kVideo, std::string(kRed) + " ! vp8enc deadline=1");
  auto raw = bench.origin(Medium::kVideo,
                          "videotestsrc is-live=true pattern=blue ! "
                          "video/x-raw,format=I420,width=160,height=120,framerate=30/1");
  ASSERT_TRUE(bench.play(red));
  ASSERT_TRUE(bench.play(raw));
  link(*branch, std::make_shared<Stream>(red.frames));
  ASSERT_TRUE(decoded->samples.awaitCount(5));
  link(*branch, std::make_shared<Stream>(raw.frames));
  EXPECT_TRUE(decoded->samples.await([](const auto& samples) {
    return testing::colourOf(samples.back().get()).v < 150;  // blue, no longer red
  }));
  bench.stop(red);
  bench.stop(raw);
  bench.close(branch);
}

TEST_F(BranchTest, ReportsAStreamThatItCannotUnpack) {
  BranchPtr branch = make("b", branchTo("video", "frames", "RAW"));
  const auto alien = std::make_shared<testing::FakeProducer>();
  alien->config.format = {"THEORA", 90000, 0, {}};
  link(*branch, std::make_shared<Stream>(testing::asProducer(alien)));
  EXPECT_TRUE(bench.awaitEvent("b", "error", [](const Value& data) {
    return data.at("description").text().find("THEORA") != std::string::npos;
  }));
  bench.close(branch);
}

TEST_F(BranchTest, SurvivesGarbageInItsPackets) {
  BranchPtr branch = make("b", branchTo("video", "frames", "RAW"));
  const auto hostile = std::make_shared<testing::FakeProducer>();
  hostile->config.format = {"VP8", 90000, 0, {}};
  testing::FakeFeed feed(hostile);
  link(*branch, std::make_shared<Stream>(testing::asProducer(hostile)));
  std::vector<std::uint8_t> packet(40, 0);
  for (int i = 0; i < 2000; ++i) {
    for (std::size_t at = 0; at < packet.size(); ++at) {
      packet[at] = static_cast<std::uint8_t>((i * 31 + at * at * 7) >> (i % 3));
    }
    if (i % 2 == 0) packet[0] = 0x80;
    feed.push({packet.data(), i % packet.size()}, bench.clock.now());
  }
  BranchPtr sender = make("sender", branchTo("video", "rtp", "VP8"));
  auto origin = bench.origin(Medium::kVideo, kRed);
  link(*sender, std::make_shared<Stream>(origin.frames));
  link(*branch, sender->source(Medium::kVideo));
  const auto decoded = collect(*branch, Medium::kVideo);
  ASSERT_TRUE(bench.play(origin));
  EXPECT_TRUE(decoded->samples.awaitCount(5));
  bench.stop(origin);
  bench.close(branch);
  bench.close(sender);
}

TEST_F(BranchTest, ClosesInEveryPhase) {
  auto origin = bench.origin(Medium::kVideo, kRed);
  ASSERT_TRUE(bench.play(origin));
  BranchPtr fresh = make("fresh", branchTo("video", "rtp", "VP8"));
  bench.close(fresh);
  BranchPtr starting = make("starting", branchTo("video", "rtp", "VP8"));
  link(*starting, std::make_shared<Stream>(origin.frames));
  bench.close(starting);
  BranchPtr running = make("running", branchTo("video", "rtp", "VP8"));
  const auto stream = running->source(Medium::kVideo);
  link(*running, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(testing::asFake(stream->producer).packets.awaitCount(2));
  bench.close(running);
  BranchPtr unlinked = make("unlinked", branchTo("video", "rtp", "VP8"));
  link(*unlinked, std::make_shared<Stream>(origin.frames));
  link(*unlinked, nullptr);
  bench.close(unlinked);
  bench.stop(origin);
}

}  // namespace
}  // namespace kms::gst
