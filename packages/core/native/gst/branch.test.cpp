#include "gst/branch-test.hpp"

namespace kms::gst {
namespace {

using media::Medium;
using media::Stream;
using testing::Collector;
using testing::Packet;

TEST_F(BranchTest, RejectsBadParams) {
  EXPECT_THROW(make("b", {}), Error);
  EXPECT_THROW(make("b", branchTo("video", "smoke", "VP8")), Error);
  EXPECT_THROW(make("b", branchTo("video", "rtp", "NONE")), Error);
  EXPECT_THROW(make("b", branchTo("smell", "rtp", "VP8")), Error);
  for (const int mtu : {199, 1401}) {
    Map params = branchTo("video", "rtp", "VP8");
    params.emplace("mtu", mtu);
    EXPECT_THROW(make("b", params), Error) << mtu;
  }
}

TEST_F(BranchTest, OffersItsTargetAtOnce) {
  BranchPtr branch = make("b", branchTo("video", "rtp", "VP8"));
  EXPECT_TRUE(bench.awaitEvent("b", "sourceFormat", [](const Value& data) {
    return data.at("kind").text() == "rtp" && data.at("format").at("codec").text() == "VP8" &&
           data.at("format").at("clockRate").as<int>() == 90000;
  }));
  EXPECT_EQ(branch->source(Medium::kAudio), nullptr);
  EXPECT_EQ(branch->sink(Medium::kAudio), nullptr);
  bench.close(branch);
}

TEST_F(BranchTest, PacksRawFramesIntoRtpWithTheirTimes) {
  BranchPtr branch = make("b", branchTo("video", "rtp", "VP8"));
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
  BranchPtr sender = make("sender", branchTo("video", "rtp", "VP8"));
  BranchPtr decoder = make("decoder", branchTo("video", "frames", "RAW"));
  BranchPtr encoder = make("encoder", branchTo("video", "rtp", "VP8"));
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
    Map params = branchTo("video", "rtp", codec);
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
  BranchPtr branch = make("b", branchTo("video", "rtp", "H264"));
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

TEST_F(BranchTest, ShowsItsPipelineAsAGraph) {
  BranchPtr branch = make("b", branchTo("video", "frames", "H264"));
  auto origin = bench.origin(Medium::kVideo, kRed);
  const auto encoded = collect(*branch, Medium::kVideo);
  link(*branch, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(encoded->samples.awaitCount(3));
  const std::string graph = bench.onLoop([&] { return branch->dot(GST_DEBUG_GRAPH_SHOW_STATES); });
  EXPECT_EQ(graph.rfind("digraph pipeline {", 0), 0U);
  EXPECT_NE(graph.find("encoder"), std::string::npos);
  bench.stop(origin);
  bench.close(branch);
}

TEST_F(BranchTest, HasNoGraphBeforeItHasASource) {
  BranchPtr branch = make("b", branchTo("video", "rtp", "H264"));
  EXPECT_EQ(bench.onLoop([&] { return branch->dot(GST_DEBUG_GRAPH_SHOW_ALL); }), "");
  bench.close(branch);
}

TEST_F(BranchTest, TurnsAacIntoOpus) {
  BranchPtr branch = make("b", branchTo("audio", "rtp", "OPUS"));
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
    BranchPtr sender = make("sender", branchTo("audio", "rtp", codec));
    BranchPtr receiver = make("receiver", branchTo("audio", "frames", codec));
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

}  // namespace
}  // namespace kms::gst
