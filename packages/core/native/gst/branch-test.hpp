// What the tests of branches share.
#pragma once

#include "gst/fake-router.hpp"

#include <memory>
#include <string>

namespace kms::gst {

inline constexpr const char* kRed =
    "videotestsrc is-live=true pattern=red ! "
    "video/x-raw,format=I420,width=320,height=240,framerate=30/1";
inline constexpr const char* kTone =
    "audiotestsrc is-live=true samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2";
inline constexpr GstClockTime kFrame = GST_SECOND / 30;

inline Map branchTo(const char* medium, const char* kind, const char* codec) {
  return {{"medium", medium}, {"target", Map{{"kind", kind}, {"format", Map{{"codec", codec}}}}}};
}

class BranchTest : public ::testing::Test {
 protected:
  using BranchPtr = std::unique_ptr<Branch>;

  BranchPtr make(const std::string& id, const Map& params) {
    return bench.onLoop([&] {
      return std::make_unique<Branch>(bench.context(id), Value(params), testing::fakePorts());
    });
  }
  void link(Branch& sink, std::shared_ptr<media::Stream> source) {
    bench.onLoop([&] { sink.setSource(std::move(source)); });
  }
  static testing::FakeProducer& packetsOf(Branch& branch, media::Medium medium) {
    return testing::asFake(branch.source(medium)->producer);
  }
  std::shared_ptr<testing::Collector> collect(Branch& branch, media::Medium medium) {
    auto collector = std::make_shared<testing::Collector>();
    branch.source(medium)->frames->attach(collector);
    return collector;
  }

  testing::MediaBench bench;
};

}  // namespace kms::gst
