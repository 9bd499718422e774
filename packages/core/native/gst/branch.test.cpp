#include "gst/fake-router.hpp"

#include <gmock/gmock.h>

namespace kms::gst {
namespace {

using media::Format;
using media::Medium;
using media::Stream;
using testing::Collector;
using testing::Packet;

constexpr const char* kRed =
    "videotestsrc is-live=true pattern=red ! "
    "video/x-raw,format=I420,width=320,height=240,framerate=30/1";
constexpr const char* kTone =
    "audiotestsrc is-live=true samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2";
constexpr GstClockTime kFrame = GST_SECOND / 30;

Map target(const char* medium, const char* kind, const char* codec) {
  return {{"medium", medium}, {"target", Map{{"kind", kind}, {"format", Map{{"codec", codec}}}}}};
}

/// Does something on the streaming thread when the stream ends.
class AtTheEnd final : public FrameSink {
 public:
  explicit AtTheEnd(std::function<void()> act) : m_act(std::move(act)) {}
  void onSample(GstSample* /*sample*/) override {}
  void onEndOfStream() override { m_act(); }

 private:
  std::function<void()> m_act;
};

class BranchTest : public ::testing::Test {
 protected:
  using BranchPtr = std::unique_ptr<Branch>;

  BranchPtr make(const std::string& id, const Map& params) {
    return bench.onLoop([&] {
      return std::make_unique<Branch>(bench.context(id), Value(params), testing::fakePorts());
    });
  }
  void link(Branch& sink, std::shared_ptr<Stream> source) {
    bench.onLoop([&] { sink.setSource(std::move(source)); });
  }
  static testing::FakeProducer& packetsOf(Branch& branch, Medium medium) {
    return testing::asFake(branch.source(medium)->producer);
  }
  std::shared_ptr<Collector> collect(Branch& branch, Medium medium) {
    auto collector = std::make_shared<Collector>();
    branch.source(medium)->frames->attach(collector);
    return collector;
  }

  testing::MediaBench bench;
};

TEST_F(BranchTest, RejectsBadParams) {
  EXPECT_THROW(make("b", {}), Error);
  EXPECT_THROW(make("b", target("video", "smoke", "VP8")), Error);
  EXPECT_THROW(make("b", target("video", "rtp", "NONE")), Error);
  EXPECT_THROW(make("b", target("smell", "rtp", "VP8")), Error);
  for (const int mtu : {199, 1401}) {
    Map params = target("video", "rtp", "VP8");
    params.emplace("mtu", mtu);
    EXPECT_THROW(make("b", params), Error) << mtu;
  }
}

TEST_F(BranchTest, OffersItsTargetAtOnce) {
  BranchPtr branch = make("b", target("video", "rtp", "VP8"));
  EXPECT_TRUE(bench.awaitEvent("b", "sourceFormat", [](const Value& data) {
    return data.at("kind").text() == "rtp" && data.at("format").at("codec").text() == "VP8" &&
           data.at("format").at("clockRate").as<int>() == 90000;
  }));
  EXPECT_EQ(branch->source(Medium::kAudio), nullptr);
  EXPECT_EQ(branch->sink(Medium::kAudio), nullptr);
  bench.close(branch);
}

TEST_F(BranchTest, PacksRawFramesIntoRtpWithTheirTimes) {
  BranchPtr branch = make("b", target("video", "rtp", "VP8"));
  auto origin = bench.origin(Medium::kVideo, kRed);
  const auto frames = std::make_shared<Collector>();
  origin.frames->attach(frames);
  link(*branch, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  auto& producer = packetsOf(*branch, Medium::kVideo);
  ASSERT_TRUE(producer.packets.awaitCount(20));
  const auto packets = producer.packets.all();
  const auto times = frames->times();
  for (std::size_t i = 1; i < packets.size(); ++i) {
    EXPECT_EQ(packets[i].sequence(), static_cast<std::uint16_t>(packets[i - 1].sequence() + 1));
    EXPECT_EQ(packets[i].bytes[1] & 0x7F, producer.config.payloadType);
    const auto step = std::int32_t(packets[i].timestamp() - packets[0].timestamp());
    const auto span = std::chrono::nanoseconds(packets[i].capture - packets[0].capture).count();
    EXPECT_NEAR(step / 90000.0, static_cast<double>(span) / 1e9, 0.001);
  }
  const auto capture = bench.runtime.runningTime(packets[0].capture);
  EXPECT_TRUE(std::find(times.begin(), times.end(), capture) != times.end());
  bench.stop(origin);
  bench.close(branch);
}

TEST_F(BranchTest, KeepsColourAndTimeFromRtpThroughRawToRtp) {
  BranchPtr sender = make("sender", target("video", "rtp", "VP8"));
  BranchPtr decoder = make("decoder", target("video", "frames", "RAW"));
  BranchPtr encoder = make("encoder", target("video", "rtp", "VP8"));
  auto origin = bench.origin(Medium::kVideo, kRed);
  link(*sender, std::make_shared<Stream>(origin.frames));
  link(*decoder, sender->source(Medium::kVideo));
  link(*encoder, decoder->source(Medium::kVideo));
  const auto decoded = collect(*decoder, Medium::kVideo);
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(decoded->samples.awaitCount(30));
  auto& sent = packetsOf(*sender, Medium::kVideo);
  auto& returned = packetsOf(*encoder, Medium::kVideo);
  ASSERT_TRUE(returned.packets.awaitCount(30));

  const auto colour = testing::colourOf(decoded->samples.all().back().get());
  EXPECT_NEAR(colour.y, 81, 6);
  EXPECT_NEAR(colour.u, 90, 6);
  EXPECT_NEAR(colour.v, 240, 6);

  std::vector<TimePoint> captures;
  for (const Packet& packet : sent.packets.all()) captures.push_back(packet.capture);
  for (const Packet& packet : returned.packets.all()) {
    const auto close = [&](TimePoint capture) {
      return std::abs((capture - packet.capture).count()) <= static_cast<std::int64_t>(kFrame);
    };
    EXPECT_TRUE(std::any_of(captures.begin(), captures.end(), close));
  }
  EXPECT_TRUE(bench.awaitEvent("decoder", "flow", [](const Value& data) {
    return data.at("direction").text() == "out" && data.at("flowing").as<bool>();
  }));
  bench.stop(origin);
  for (auto* branch : {&encoder, &decoder, &sender}) bench.close(*branch);
}

TEST_F(BranchTest, MakesPacketsOfTheSizeThatItIsTold) {
  constexpr const char* kNoise =
      "videotestsrc is-live=true pattern=snow ! "
      "video/x-raw,format=I420,width=320,height=240,framerate=30/1";
  for (const auto& [mtu, codec] : {std::pair{300, "VP8"}, {1400, "VP8"}, {500, "H264"}}) {
    Map params = target("video", "rtp", codec);
    params.emplace("mtu", mtu);
    BranchPtr branch = make("b", params);
    auto origin = bench.origin(Medium::kVideo, kNoise);
    link(*branch, std::make_shared<Stream>(origin.frames));
    ASSERT_TRUE(bench.play(origin));
    auto& producer = packetsOf(*branch, Medium::kVideo);
    ASSERT_TRUE(producer.packets.awaitCount(20));
    std::size_t largest = 0;
    for (const Packet& packet : producer.packets.all())
      largest = std::max(largest, packet.bytes.size());
    EXPECT_LE(largest, static_cast<std::size_t>(mtu)) << codec;
    EXPECT_GE(largest, static_cast<std::size_t>(mtu) - 100) << codec;
    bench.stop(origin);
    bench.close(branch);
  }
}

TEST_F(BranchTest, RepacksH264FramesWithoutDecoding) {
  BranchPtr branch = make("b", target("video", "rtp", "H264"));
  auto origin =
      bench.origin(Medium::kVideo, std::string(kRed) +
                                       " ! x264enc tune=zerolatency speed-preset=ultrafast ! "
                                       "video/x-h264,stream-format=avc,alignment=au");
  link(*branch, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  auto& producer = packetsOf(*branch, Medium::kVideo);
  ASSERT_TRUE(producer.packets.awaitCount(30));
  const auto isParameterSet = [](const Packet& packet) {
    const int type = packet.bytes[12] & 0x1F;
    return type == 7 || type == 24;  // SPS, alone or aggregated
  };
  const auto packets = producer.packets.all();
  EXPECT_TRUE(std::any_of(packets.begin(), packets.end(), isParameterSet));
  const List elements = bench.onLoop([&] { return branch->elements(); });
  for (const Value& name : elements) EXPECT_EQ(name.text().find("dec"), std::string::npos);
  EXPECT_FALSE(elements.empty());
  bench.stop(origin);
  bench.close(branch);
}

TEST_F(BranchTest, ReencodesPacketsOfTheSameCodecWhenToldTo) {
  Map params = target("video", "rtp", "H264");
  BranchPtr sender = make("sender", params);
  params.emplace("reencode", true);
  BranchPtr branch = make("b", params);
  auto origin = bench.origin(Medium::kVideo, kRed);
  link(*sender, std::make_shared<Stream>(origin.frames));
  link(*branch, sender->source(Medium::kVideo));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(packetsOf(*branch, Medium::kVideo).packets.awaitCount(10));
  const List elements = bench.onLoop([&] { return branch->elements(); });
  EXPECT_TRUE(std::any_of(elements.begin(), elements.end(),
                          [](const Value& name) { return name.text() == "encoder"; }));
  const std::string graph = bench.onLoop([&] { return branch->dot(GST_DEBUG_GRAPH_SHOW_STATES); });
  EXPECT_EQ(graph.rfind("digraph pipeline {", 0), 0U);
  EXPECT_NE(graph.find("encoder"), std::string::npos);
  bench.stop(origin);
  bench.close(branch);
  bench.close(sender);
}

TEST_F(BranchTest, HasNoGraphBeforeItHasASource) {
  BranchPtr branch = make("b", target("video", "rtp", "H264"));
  EXPECT_EQ(bench.onLoop([&] { return branch->dot(GST_DEBUG_GRAPH_SHOW_ALL); }), "");
  bench.close(branch);
}

TEST_F(BranchTest, TurnsAacIntoOpus) {
  BranchPtr branch = make("b", target("audio", "rtp", "OPUS"));
  auto origin = bench.origin(Medium::kAudio, std::string(kTone) + " ! avenc_aac ! aacparse");
  link(*branch, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  auto& producer = packetsOf(*branch, Medium::kAudio);
  ASSERT_TRUE(producer.packets.awaitCount(30));
  const auto packets = producer.packets.all();
  const auto span = packets[29].timestamp() - packets[0].timestamp();
  EXPECT_NEAR(span, 29 * 960, 960);
  bench.stop(origin);
  bench.close(branch);
}

// rtpopusdepay's pad takes dynamic payload types only, and wants to see one in the caps.
TEST_F(BranchTest, UnpacksAudioOfAnyPayloadType) {
  for (const char* codec : {"OPUS", "PCMU"}) {
    BranchPtr sender = make("sender", target("audio", "rtp", codec));
    BranchPtr receiver = make("receiver", target("audio", "frames", codec));
    auto origin = bench.origin(Medium::kAudio, kTone);
    link(*sender, std::make_shared<Stream>(origin.frames));
    const auto unpacked = collect(*receiver, Medium::kAudio);
    link(*receiver, sender->source(Medium::kAudio));
    ASSERT_TRUE(bench.play(origin));
    ASSERT_TRUE(unpacked->samples.awaitCount(20)) << codec;
    // Muxers refuse audio without its rate, which rtpopusdepay leaves out.
    const GstCaps* caps = gst_sample_get_caps(unpacked->samples.all().back().get());
    EXPECT_TRUE(gst_structure_has_field(gst_caps_get_structure(caps, 0), "rate")) << codec;
    bench.stop(origin);
    bench.close(receiver);
    bench.close(sender);
  }
}

TEST_F(BranchTest, AnswersAKeyframeRequestOfTheRouter) {
  BranchPtr sender = make("sender", target("video", "rtp", "VP8"));
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
  BranchPtr repacker = make("b", target("video", "rtp", "VP8"));
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

TEST_F(BranchTest, GoesOnAfterTheEndOfAStream) {
  BranchPtr branch = make("b", target("video", "frames", "RAW"));
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
  BranchPtr branch = make("b", target("video", "frames", "RAW"));
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
  BranchPtr branch = make("b", target("video", "frames", "RAW"));
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
  BranchPtr branch = make("b", target("video", "frames", "RAW"));
  const auto alien = std::make_shared<testing::FakeProducer>();
  alien->config.format = {"AV1", 90000, 0, {}};
  link(*branch, std::make_shared<Stream>(testing::asProducer(alien)));
  EXPECT_TRUE(bench.awaitEvent("b", "error", [](const Value& data) {
    return data.at("description").text().find("AV1") != std::string::npos;
  }));
  bench.close(branch);
}

TEST_F(BranchTest, SurvivesGarbageInItsPackets) {
  BranchPtr branch = make("b", target("video", "frames", "RAW"));
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
  BranchPtr sender = make("sender", target("video", "rtp", "VP8"));
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
  BranchPtr fresh = make("fresh", target("video", "rtp", "VP8"));
  bench.close(fresh);
  BranchPtr starting = make("starting", target("video", "rtp", "VP8"));
  link(*starting, std::make_shared<Stream>(origin.frames));
  bench.close(starting);
  BranchPtr running = make("running", target("video", "rtp", "VP8"));
  const auto stream = running->source(Medium::kVideo);
  link(*running, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(testing::asFake(stream->producer).packets.awaitCount(2));
  bench.close(running);
  BranchPtr unlinked = make("unlinked", target("video", "rtp", "VP8"));
  link(*unlinked, std::make_shared<Stream>(origin.frames));
  link(*unlinked, nullptr);
  bench.close(unlinked);
  bench.stop(origin);
}

TEST_F(BranchTest, ChangesItsBitrateWhileItRuns) {
  BranchPtr branch = make("b", target("video", "rtp", "VP8"));
  auto origin = bench.origin(
      Medium::kVideo,
      "videotestsrc is-live=true pattern=snow ! video/x-raw,width=96,height=96,framerate=30/1");
  link(*branch, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  auto& producer = packetsOf(*branch, Medium::kVideo);
  const auto rateOf = [&](Duration from, Duration to) {
    const auto packets = producer.packets.all();
    double bytes = 0;
    for (const Packet& packet : packets) {
      const auto age = packet.capture - packets[0].capture;
      if (age >= from && age < to) bytes += static_cast<double>(packet.bytes.size());
    }
    return bytes * 8 / std::chrono::duration<double>(to - from).count();
  };
  const auto awaitAge = [&](Duration age) {
    return producer.packets.await([&](const std::vector<Packet>& packets) {
      return !packets.empty() && packets.back().capture - packets[0].capture >= age;
    });
  };
  using std::chrono::seconds;
  ASSERT_TRUE(awaitAge(seconds(2)));
  bench.invoke(*branch, "setBitrate", {{"bitrate", 100000}});
  ASSERT_TRUE(awaitAge(seconds(5)));
  EXPECT_LT(rateOf(seconds(4), seconds(5)), rateOf(seconds(1), seconds(2)) * 0.6);
  EXPECT_THROW(bench.invoke(*branch, "setBitrate", {{"bitrate", 0}}), Error);
  bench.stop(origin);
  bench.close(branch);
}

}  // namespace
}  // namespace kms::gst
