// Media for tests: files made with GStreamer at test time, decoded frames, a small web server.
#pragma once

#include <kms/gst/branch.hpp>
#include <kms/testing/media-bench.hpp>

#include <gst/app/gstappsink.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace kms::testing {

inline constexpr const char* kSmallVideo =
    "video/x-raw,format=I420,width=160,height=120,framerate=30/1";
inline constexpr const char* kStereo = "audio/x-raw,rate=48000,channels=2";

/// A folder that goes with the test.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kms-XXXXXX").string();
    m_path = mkdtemp(pattern.data());
  }
  ~TestFolder() { std::filesystem::remove_all(m_path); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return (m_path / name).string(); }
  [[nodiscard]] std::string uri(const std::string& name) const { return "file://" + path(name); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

 private:
  std::filesystem::path m_path;
};

/// Runs a gst-launch description (which may name its last element `filesink location=...`) to its
/// end; false when it fails.
[[nodiscard]] inline bool runToEnd(const std::string& description) {
  GError* failure = nullptr;
  const auto pipeline = gst::ElementPtr::sink(gst_parse_launch(description.c_str(), &failure));
  const gst::ErrorPtr error(failure);
  EXPECT_FALSE(error) << error->message;
  if (error) return false;
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const auto bus = gst::ObjectPtr<GstBus>::adopt(gst_element_get_bus(pipeline.get()));
  const auto message = gst::MessagePtr::adopt(
      gst_bus_timed_pop_filtered(bus.get(), 60 * GST_SECOND,
                                 static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS;
}

/// All that a gst-launch description gives to its appsink `out`, up to the end or an error.
struct Pulled {
  std::vector<gst::SamplePtr> samples;
  GstClockTime duration = 0;
  bool hasEnded = false;
};
[[nodiscard]] inline Pulled pullAll(const std::string& description) {
  GError* failure = nullptr;
  const auto pipeline = gst::ElementPtr::sink(gst_parse_launch(description.c_str(), &failure));
  const gst::ErrorPtr error(failure);
  EXPECT_FALSE(error) << error->message;
  Pulled pulled;
  if (error) return pulled;
  const auto out = gst::ElementPtr::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  const auto bus = gst::ObjectPtr<GstBus>::adopt(gst_element_get_bus(pipeline.get()));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  for (;;) {
    GstSample* sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), GST_SECOND / 5);
    pulled.hasEnded = gst_app_sink_is_eos(GST_APP_SINK(out.get())) != FALSE;
    const auto trouble = gst::MessagePtr::adopt(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    if (sample == nullptr && (pulled.hasEnded || trouble)) break;
    if (sample != nullptr) pulled.samples.push_back(gst::SamplePtr::adopt(sample));
  }
  gint64 duration = 0;
  gst_element_query_duration(pipeline.get(), GST_FORMAT_TIME, &duration);
  pulled.duration = static_cast<GstClockTime>(duration);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return pulled;
}

/// Keeps samples with the worker's running time at which they came.
class TimedCollector final : public gst::FrameSink {
 public:
  struct Item {
    gst::SamplePtr sample;
    GstClockTime arrival = 0;

    [[nodiscard]] GstBuffer* buffer() const { return gst_sample_get_buffer(sample.get()); }
    [[nodiscard]] GstClockTime pts() const { return GST_BUFFER_PTS(buffer()); }
    [[nodiscard]] bool isKeyframe() const {
      return !GST_BUFFER_FLAG_IS_SET(buffer(), GST_BUFFER_FLAG_DELTA_UNIT);
    }
    [[nodiscard]] bool isDecodeOnly() const {
      return GST_BUFFER_FLAG_IS_SET(buffer(), GST_BUFFER_FLAG_DECODE_ONLY);
    }
  };

  explicit TimedCollector(const gst::Runtime& runtime) : m_runtime(runtime) {}
  void onSample(GstSample* sample) override {
    items.add({gst::SamplePtr::retain(sample), m_runtime.runningTime(m_runtime.clock().now())});
  }
  void onEndOfStream() override { ends.add(0); }
  void onFormat(const media::Format& format) override { formats.add(format); }

  Arrivals<Item> items;
  Arrivals<int> ends;
  Arrivals<media::Format> formats;

 private:
  const gst::Runtime& m_runtime;
};

/// A Branch that decodes what it is linked to.
template <typename Bench>
[[nodiscard]] std::unique_ptr<gst::Branch> makeDecoder(Bench& bench, const std::string& id,
                                                       const std::string& medium) {
  const Map target{{"kind", "frames"}, {"format", Map{{"codec", "RAW"}}}};
  return bench.onLoop([&] {
    return std::make_unique<gst::Branch>(
        bench.context(id), Value(Map{{"medium", medium}, {"target", target}}), gst::BranchPorts{});
  });
}

}  // namespace kms::testing
