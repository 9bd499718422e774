#include <kms/rtp/keyframe.hpp>

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace kms::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Case {
  const char* codec;
  Bytes payload;
  bool keyframe;
};

TEST(KeyframeDetector, knowsTheFirstPacketOfAKeyframe) {
  const Case cases[] = {
      {"VP8", {0x10, 0x00}, true},
      {"VP8", {0x10, 0x01}, false},                                // inter frame
      {"VP8", {0x00, 0x00}, false},                                // no start of partition
      {"VP8", {0x11, 0x00}, false},                                // partition 1
      {"VP8", {0x90, 0x80, 0x81, 0x23, 0x00}, true},               // 15-bit picture id
      {"VP8", {0x90, 0x80, 0x01, 0x00}, true},                     // 7-bit picture id
      {"VP8", {0x90, 0xF0, 0x81, 0x23, 0x01, 0x20, 0x00}, true},   // all extensions
      {"VP8", {0x90, 0xF0, 0x81, 0x23, 0x01, 0x20, 0x01}, false},  // all, inter frame
      {"VP8", {0x90, 0xF0, 0x81}, false},                          // cut short
      {"VP9", {0x88, 0x01}, true},                                 // picture id, start, intra
      {"VP9", {0xC8, 0x01}, false},                                // inter predicted
      {"VP9", {0x80, 0x01}, false},                                // not the start
      {"VP9", {0xA8, 0x80, 0x01, 0x00}, true},                     // layer 0
      {"VP9", {0xA8, 0x80, 0x01, 0x02}, false},                    // spatial layer 1
      {"H264", {0x65, 0x88}, true},                                // IDR
      {"H264", {0x67, 0x42}, true},                                // SPS
      {"H264", {0x68, 0xCE}, false},                               // PPS alone
      {"H264", {0x41, 0x9A}, false},                               // slice
      {"H264", {0x78, 0x00, 0x02, 0x68, 0xCE, 0x00, 0x02, 0x65, 0x88}, true},  // STAP-A
      {"H264", {0x78, 0x00, 0x02, 0x41, 0x9A}, false},
      {"H264", {0x78, 0xFF, 0xFF, 0x41}, false},             // length beyond the packet
      {"H264", {0x7C, 0x85}, true},                          // FU-A start of IDR
      {"H264", {0x7C, 0x05}, false},                         // FU-A middle
      {"H265", {0x26, 0x01, 0x00}, true},                    // IDR_W_RADL (19)
      {"H265", {0x02, 0x01, 0x00}, false},                   // TRAIL_R
      {"H265", {0x62, 0x01, 0x93}, true},                    // fragment start of 19
      {"H265", {0x60, 0x01, 0x00, 0x02, 0x40, 0x01}, true},  // aggregation with VPS
      {"AV1", {0x18, 0x0A}, true},
      {"AV1", {0x10, 0x0A}, false},
      {"OPUS", {0x00}, true},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(keyframeDetector(one.codec)(one.payload), one.keyframe)
        << one.codec << " " << ::testing::PrintToString(one.payload);
  }
}

TEST(KeyframeDetector, survivesArbitraryPayloads) {
  std::mt19937 random(8);
  for (const char* codec : {"VP8", "VP9", "H264", "H265", "AV1"}) {
    const auto detector = keyframeDetector(codec);
    EXPECT_FALSE(detector({}));
    for (int i = 0; i < 50'000; ++i) {
      Bytes payload(random() % 12);
      for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
      detector(Bytes(payload));
    }
  }
}

}  // namespace
}  // namespace kms::rtp
