// The least of what viewers can take, which goes to the publisher: Kurento's test_rembmanager.
#include "router/test-lane.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace kms::router {
namespace {

using media::Medium;

class HintingConsumer final : public Consumer {
 public:
  explicit HintingConsumer(std::uint64_t first) : hint(first) {}
  void onPackets(Producer&, std::span<const rtp::MediaPacket>, TimePoint) override {}
  void onFormat(const media::Format&) override {}
  void onProducerClosed() override {}
  [[nodiscard]] std::uint64_t bitrateHint() const noexcept override { return hint; }

  std::uint64_t hint;  ///< bit/s
};

TEST(KurentoTestRembmanager, leastOfThoseThatAreKnown) {
  TestLane lane;
  const auto producer = std::make_shared<Producer>(
      Medium::kVideo, lane.environment, ProducerOrigin{[] {}, [] {}, [](const media::Format&) {}},
      std::make_shared<rtp::SenderClock>());
  HintingConsumer fast(900'000);
  HintingConsumer slow(200'000);
  HintingConsumer silent(0);  // has said nothing, or not for long
  EXPECT_EQ(producer->bitrateHint(), 0U);
  for (HintingConsumer* each : {&silent, &fast, &slow}) producer->attach(*each);
  EXPECT_EQ(producer->bitrateHint(), 200'000U);
  slow.hint = 400'000;
  EXPECT_EQ(producer->bitrateHint(), 400'000U);
  slow.hint = 0;
  EXPECT_EQ(producer->bitrateHint(), 900'000U);
  producer->detach(fast);
  EXPECT_EQ(producer->bitrateHint(), 0U);
  producer->detach(slow);
  producer->detach(silent);
  producer->close();
}

}  // namespace
}  // namespace kms::router
