// Test support for native objects that handle media: a runtime, a log of events that can be
// awaited, frames made and looked at. Header only; for tests of every package.
#pragma once

#include <kms/gst/frame-output.hpp>
#include <kms/gst/frame-source.hpp>
#include <kms/gst/pipeline.hpp>
#include <kms/gst/runtime.hpp>
#include <kms/host/object.hpp>

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace kms::testing {

inline constexpr auto kPatience = std::chrono::seconds(20);

/// Things that arrive on other threads, and a way to await them.
template <typename T>
class Arrivals {
 public:
  void add(T item) {
    const std::scoped_lock lock(m_mutex);
    m_items.push_back(std::move(item));
    m_changed.notify_all();
  }
  /// Waits until `enough(items)`; false when patience ends first.
  template <typename Enough>
  [[nodiscard]] bool await(Enough enough) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, kPatience, [&] { return enough(m_items); });
  }
  [[nodiscard]] bool awaitCount(std::size_t count) {
    return await([&](const auto& items) { return items.size() >= count; });
  }
  void clear() {
    const std::scoped_lock lock(m_mutex);
    m_items.clear();
  }
  [[nodiscard]] std::vector<T> all() {
    const std::scoped_lock lock(m_mutex);
    return m_items;
  }

 private:
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<T> m_items;
};

struct Event {
  std::string id;
  std::string type;
  Value data;
};

/// Mean Y, U and V of an I420 frame's middle.
struct Colour {
  int y = 0;
  int u = 0;
  int v = 0;
};

/// Keeps the samples that a source gives.
class Collector final : public gst::FrameSink {
 public:
  void onSample(GstSample* sample) override { samples.add(gst::SamplePtr::retain(sample)); }
  void onEndOfStream() override { ends.add(0); }
  void onFormat(const media::Format& format) override { formats.add(format); }

  [[nodiscard]] std::vector<GstClockTime> times() {
    std::vector<GstClockTime> times;
    for (const auto& sample : samples.all()) {
      times.push_back(GST_BUFFER_PTS(gst_sample_get_buffer(sample.get())));
    }
    return times;
  }

  Arrivals<gst::SamplePtr> samples;
  Arrivals<int> ends;
  Arrivals<media::Format> formats;
};

/// What a test of native objects needs. The test's thread is the embedder.
template <typename ClockType>
class MediaBenchOn {
 public:
  ClockType clock;
  gst::Runtime runtime{clock};
  alignas(64) std::array<std::byte, 64> nowhere{};  // no test object touches the router itself
  host::Services services{clock, *reinterpret_cast<router::Router*>(nowhere.data()), runtime};
  Arrivals<Event> events;

  [[nodiscard]] host::Context context(const std::string& id) {
    auto sink = std::make_shared<const host::EventSink>(
        [this](const std::string& from, const std::string& type, Map data) {
          events.add({from, type, Value(std::move(data))});
        });
    return {id, services, runtime.loop(), sink};
  }

  /// Runs `work` on the loop and waits for it; what it throws is thrown here.
  template <typename Work>
  auto onLoop(Work work) {
    auto task = std::make_shared<std::packaged_task<std::invoke_result_t<Work>()>>(std::move(work));
    auto result = task->get_future();
    runtime.loop().post([task] { (*task)(); });
    return result.get();
  }

  /// Calls a method of an object and waits for its answer; a rejection is thrown.
  Value invoke(host::Object& object, const std::string& method, Map args = {}) {
    return answered(
        [&](const host::Completion& done) { object.invoke(method, Value(args), done); });
  }
  /// Closes the object and destroys it, as the host does.
  template <typename T>
  void close(std::unique_ptr<T>& object) {
    answered([&](const host::Completion& done) { object->close(done); });
    onLoop([&] { object.reset(); });
  }

  [[nodiscard]] bool awaitEvent(const std::string& id, const std::string& type,
                                const std::function<bool(const Value&)>& fits = {}) {
    return events.await([&](const std::vector<Event>& all) {
      return std::any_of(all.begin(), all.end(), [&](const Event& event) {
        return event.id == id && event.type == type && (!fits || fits(event.data));
      });
    });
  }
  [[nodiscard]] std::vector<Event> eventsOf(const std::string& type) {
    std::vector<Event> found;
    for (Event& event : events.all()) {
      if (event.type == type) found.push_back(std::move(event));
    }
    return found;
  }

  /// Frames that a gst-launch description makes; it ends in an appsink `out` and keeps the common
  /// time.
  struct Origin {
    std::shared_ptr<gst::FrameSource> frames;
    std::shared_ptr<gst::Pipeline> pipeline;
  };
  [[nodiscard]] Origin origin(media::Medium medium, const std::string& description) {
    return onLoop([&] {
      Origin origin;
      origin.frames = std::make_shared<gst::FrameSource>(gst::FrameSourceConfig{.medium = medium});
      origin.pipeline = std::make_shared<gst::Pipeline>(
          runtime, "origin", description + " ! " + gst::outputFragment("out"),
          gst::PipelineHandlers{});
      const gst::ElementPtr out = origin.pipeline->find("out");
      gst::connectOutput(out.get(),
                         {.onSample =
                              [frames = origin.frames](GstSample* sample) {
                                const auto timed = gst::inRunningTime(sample);
                                if (timed) frames->push(timed.get());
                              },
                          .onEndOfStream = [frames = origin.frames] { frames->endOfStream(); }});
      origin.frames->setRequests({.keyframe = [out] { gst::forceKeyUnit(out.get()); }});
      return origin;
    });
  }
  bool play(const Origin& origin) { return change(origin, GST_STATE_PLAYING); }
  void stop(Origin& origin) {
    std::promise<void> closed;
    onLoop([&] { origin.pipeline->close([&] { closed.set_value(); }); });
    closed.get_future().get();
    onLoop([&] { origin.pipeline.reset(); });
  }

 private:
  template <typename Call>
  Value answered(Call call) {
    std::promise<host::Outcome> outcome;
    auto answer = outcome.get_future();
    onLoop([&] {
      call(host::Completion([&](host::Outcome what) { outcome.set_value(std::move(what)); }));
    });
    if (answer.wait_for(kPatience) != std::future_status::ready) {
      throw std::runtime_error("no answer");
    }
    const host::Outcome what = answer.get();
    if (const auto* error = std::get_if<Error>(&what)) throw Error(*error);
    return std::get<Value>(what);
  }
  bool change(const Origin& origin, GstState state) {
    std::promise<bool> reached;
    onLoop([&] { origin.pipeline->setState(state, [&](bool ok) { reached.set_value(ok); }); });
    return reached.get_future().get();
  }
};
using MediaBench = MediaBenchOn<SystemClock>;

/// Mean colour of a rectangle (fractions of the frame, 0..1) of a raw I420 sample.
[[nodiscard]] inline Colour colourOf(GstSample* sample, double left = 0.25, double right = 0.75) {
  GstVideoInfo info;
  GstVideoFrame frame;
  EXPECT_TRUE(gst_video_info_from_caps(&info, gst_sample_get_caps(sample)));
  EXPECT_TRUE(gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ));
  const auto mean = [&](int plane) {
    const int width = GST_VIDEO_FRAME_COMP_WIDTH(&frame, plane);
    const int height = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, plane);
    long sum = 0;
    long count = 0;
    for (int y = height / 4; y < height * 3 / 4; ++y) {
      for (int x = static_cast<int>(width * left); x < static_cast<int>(width * right); ++x) {
        const auto* data =
            static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&frame, plane));
        sum += data[y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, plane) +
                    x * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, plane)];
        ++count;
      }
    }
    return static_cast<int>(sum / std::max(count, 1L));
  };
  const Colour colour{mean(0), mean(1), mean(2)};
  gst_video_frame_unmap(&frame);
  return colour;
}

}  // namespace kms::testing
