#include <kms/router/layer-selector.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace kms::router {
namespace {

using namespace std::chrono_literals;

EncodingRate encoding(std::uint8_t index, std::uint64_t rate) {
  return {{rate / 2, rate * 3 / 4, rate, rate}, true, index};
}
/// Of the only encoding, with spatial layers up to `spatial`.
EncodingRate layer(std::uint8_t spatial, std::uint64_t rate) {
  return {{rate / 2, rate, rate, rate}, true, 0, spatial};
}

class LayerSelectorTest : public ::testing::Test {
 protected:
  LayerChoice choose(std::optional<std::uint64_t> budget) {
    m_choice = m_selector.choose(m_rates, m_choice, budget, m_now);
    return m_choice;
  }

  std::vector<EncodingRate> m_rates{encoding(0, 500'000), encoding(1, 150'000),
                                    encoding(2, 2'000'000)};
  LayerSelector m_selector;
  LayerChoice m_choice;
  TimePoint m_now{1h};
};

TEST_F(LayerSelectorTest, withoutALimitItIsTheBest) {
  EXPECT_EQ(choose({}), (LayerChoice{2, 3}));
}

TEST_F(LayerSelectorTest, fallsAtOnceToWhatFits) {
  choose({});
  EXPECT_EQ(choose(600'000).encoding, 0U);
  EXPECT_EQ(choose(300'000).encoding, 1U);
}

TEST_F(LayerSelectorTest, aBudgetBelowAllLeavesTheLeastWithFewerTemporalLayers) {
  EXPECT_EQ(choose(150'000), (LayerChoice{1, 3}));
  EXPECT_EQ(choose(120'000), (LayerChoice{1, 1}));
  EXPECT_EQ(choose(10'000), (LayerChoice{1, 0}));
}

TEST_F(LayerSelectorTest, temporalLayersComeBackWithAMargin) {
  choose(10'000);
  EXPECT_EQ(choose(115'000).temporal, 0);
  EXPECT_EQ(choose(130'000).temporal, 1);
  EXPECT_EQ(choose(170'000).temporal, 3);
}

TEST_F(LayerSelectorTest, risesWithAMarginAndNotSoonAfterAFall) {
  choose({});
  m_now += 20s;
  choose(600'000);
  EXPECT_EQ(choose(2'100'000).encoding, 0U);
  m_now += 2s;
  EXPECT_EQ(choose(2'100'000).encoding, 0U) << "too little above";
  EXPECT_EQ(choose(2'300'000).encoding, 2U);
}

TEST_F(LayerSelectorTest, falseRisesBecomeRare) {
  choose({});
  choose(600'000);
  Duration last{};
  for (int i = 0; i < 3; ++i) {
    const TimePoint since = m_now;
    while (choose(3'000'000).encoding != 2) m_now += 100ms;
    EXPECT_GT(m_now - since, last);
    last = m_now - since;
    choose(600'000);
  }
}

TEST_F(LayerSelectorTest, aSmallExcessIsTolerated) {
  choose({});
  EXPECT_EQ(choose(1'950'000).encoding, 2U);
  EXPECT_EQ(choose(1'850'000).encoding, 2U);
  m_now += 500ms;
  EXPECT_EQ(choose(1'850'000).encoding, 0U) << "but not for long";
}

TEST_F(LayerSelectorTest, aMomentBelowTheBudgetIsForgiven) {
  choose({});
  for (int i = 0; i < 10; ++i, m_now += 400ms) {
    EXPECT_EQ(choose(1'600'000).encoding, 2U);
    m_now += 200ms;
    EXPECT_EQ(choose(2'000'000).encoding, 2U);
  }
}

TEST_F(LayerSelectorTest, leavesAnEncodingThatCeased) {
  choose({});
  m_rates[2].live = false;
  EXPECT_EQ(choose({}).encoding, 0U);
  for (EncodingRate& each : m_rates) each.live = false;
  EXPECT_EQ(choose({}).encoding, 0U) << "nothing better is known";
}

TEST_F(LayerSelectorTest, spatialLayersAreChosenLikeEncodings) {
  m_rates = {layer(0, 150'000), layer(1, 500'000), layer(3, 2'000'000)};
  EXPECT_EQ(choose({}), (LayerChoice{0, 3, 3}));
  EXPECT_EQ(choose(600'000), (LayerChoice{0, 3, 1}));
  EXPECT_EQ(choose(100'000), (LayerChoice{0, 0, 0}))
      << "of the least one temporal layers are left out";
  m_now += 20s;
  EXPECT_EQ(choose(3'000'000), (LayerChoice{0, 3, 3}));
}

TEST_F(LayerSelectorTest, theBestSpatialLayerStaysTheBestWhenTheSourceSendsFewer) {
  m_rates = {layer(0, 150'000), layer(1, 500'000), layer(3, 2'000'000)};
  EXPECT_EQ(choose({}).spatial, 3);
  m_rates = {layer(0, 150'000), layer(3, 500'000)};
  EXPECT_EQ(choose({}), (LayerChoice{0, 3, 3}));
  EXPECT_EQ(choose(200'000).spatial, 0);
  m_rates = {layer(3, 150'000)};
  EXPECT_EQ(choose(200'000), (LayerChoice{0, 3, 3}));
}

TEST_F(LayerSelectorTest, wantsTheNextBetterOne) {
  EXPECT_EQ(LayerSelector::wanted(m_rates, {1, 3}), 550'000U);
  EXPECT_EQ(LayerSelector::wanted(m_rates, {1, 0}), 165'000U);
  EXPECT_EQ(LayerSelector::wanted(m_rates, {2, 3}), 0U);
}

}  // namespace
}  // namespace kms::router
