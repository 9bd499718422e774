// Sound and pictures of a sender whose clock is not ours, over a network that delays and loses,
// worked through as fast as it goes. A beep and a flash every 20 s show whether the two are
// recorded together.
#include "objects/recorder-endpoint.hpp"
#include "objects/test-media.hpp"

#include <kms/gst/frame-filter.hpp>
#include <kms/rtp/timeline.hpp>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <random>
#include <regex>

namespace kms::elements {
namespace {

using namespace std::chrono_literals;
using gst::SamplePtr;
using media::Medium;
using media::Stream;

constexpr std::int64_t kMillionth = 1'000'000;
constexpr std::int64_t kFast = 200;  // millionths by which the sender's clock is ahead of ours
constexpr Duration kMarks = 20s;
constexpr Duration kMarkLength = 100ms;
constexpr Duration kReports = 5s;
constexpr double kLoss = 0.05;
constexpr double kTogether = 0.040;
constexpr long kManyFrames = 2000;
const Duration kSenderEpoch = rtp::kNtpEpochOffset + Duration(1'700'000'000s);

class SimulatedClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return TimePoint(Duration(m_now)); }
  void moveTo(TimePoint time) noexcept {
    m_now = std::max(m_now.load(), time.time_since_epoch().count());
  }

 private:
  std::atomic<Duration::rep> m_now = SystemClock().now().time_since_epoch().count();
};

using Bench = testing::MediaBenchOn<SimulatedClock>;

SamplePtr lastOf(const std::string& description) {
  const auto pulled = testing::pullAll(description + " ! appsink name=out sync=false");
  EXPECT_TRUE(pulled.hasEnded) << description;
  return pulled.samples.back();
}

SamplePtr picture(const std::string& pattern) {
  return lastOf("videotestsrc num-buffers=1 pattern=" + pattern +
                " ! video/x-raw,format=I420,width=32,height=32,framerate=30/1 ! vp8enc deadline=1");
}

SamplePtr sound(const std::string& wave) {
  return lastOf("audiotestsrc num-buffers=5 samplesperbuffer=960 wave=" + wave +
                " ! audio/x-raw,rate=48000,channels=2 ! opusenc");
}

/// One stream of the sender: a picture or a block of sound at each step of its clock.
struct SentTrack {
  Medium medium;
  std::uint32_t clockRate;
  Duration step;
  Duration leastDelay;  // on the network
  SamplePtr plain;
  SamplePtr mark;  // the flash, or the beep
  rtp::Timeline timeline;
  std::shared_ptr<gst::FrameSource> frames;
  std::int64_t sent = 0;

  [[nodiscard]] Duration captured() const { return sent * step; }
  [[nodiscard]] std::uint32_t timestamp(Duration at) const {
    return static_cast<std::uint32_t>(at.count() * clockRate / 1'000'000'000 + 77);
  }
};

class Sender {
 public:
  explicit Sender(Bench& bench) : m_bench(bench), m_start(bench.clock.now()) {
    const auto clock = std::make_shared<rtp::SenderClock>();
    add(Medium::kVideo, 90'000, 1'000'000'000ns / 30, 80ms, picture("black"), picture("white"),
        clock);
    add(Medium::kAudio, 48'000, 20ms, 20ms, sound("silence"), sound("sine"), clock);
  }

  [[nodiscard]] std::shared_ptr<Stream> stream(Medium medium) {
    for (const SentTrack& track : m_tracks) {
      if (track.medium == medium) return std::make_shared<Stream>(track.frames);
    }
    return nullptr;
  }

  /// Sends that much of its time; `onSent(medium)` after each frame that is not lost.
  template <typename OnSent>
  void send(Duration length, OnSent onSent) {
    for (;;) {
      SentTrack& track =
          m_tracks[0].captured() <= m_tracks[1].captured() ? m_tracks[0] : m_tracks[1];
      if (track.captured() >= length) return;
      if (track.captured() >= m_nextReport) report();
      if (sendFrame(track)) onSent(track.medium);
    }
  }

 private:
  void add(Medium medium, std::uint32_t clockRate, Duration step, Duration delay, SamplePtr plain,
           SamplePtr mark, const std::shared_ptr<rtp::SenderClock>& clock) {
    auto frames = std::make_shared<gst::FrameSource>(gst::FrameSourceConfig{.medium = medium});
    m_tracks.push_back({medium, clockRate, step, delay, std::move(plain), std::move(mark),
                        rtp::Timeline(clockRate, clock), std::move(frames)});
  }

  // What the sender's clock shows, on ours.
  [[nodiscard]] TimePoint ours(Duration senders) const {
    return m_start + senders - senders * kFast / (kMillionth + kFast);
  }
  TimePoint arrival(const SentTrack& track, Duration at) {
    const Duration jitter(static_cast<Duration::rep>(m_random() % 60) * 1'000'000);
    return ours(at) + track.leastDelay + jitter;
  }

  void report() {
    for (SentTrack& track : m_tracks) {
      track.timeline.onSenderReport(rtp::toNtp(kSenderEpoch + m_nextReport),
                                    track.timestamp(m_nextReport), arrival(track, m_nextReport));
    }
    m_nextReport += kReports;
  }

  bool sendFrame(SentTrack& track) {
    const Duration at = track.captured();
    ++track.sent;
    const bool isMark = at % kMarks < kMarkLength && at >= kMarks;
    const bool isLost = static_cast<double>(m_random()) < kLoss * 0x1p32;
    if (isLost && !isMark) return false;  // a mark that is lost would show a loss, not a clock
    const TimePoint came = arrival(track, at);
    m_bench.clock.moveTo(came);
    track.timeline.onPacket(track.timestamp(at), came);
    const auto capture = track.timeline.capture(track.timestamp(at));
    push(track, (isMark ? track.mark : track.plain).get(), m_bench.runtime.runningTime(*capture));
    return true;
  }

  static void push(SentTrack& track, GstSample* what, GstClockTime time) {
    GstMapInfo map;
    ASSERT_TRUE(gst_buffer_map(gst_sample_get_buffer(what), &map, GST_MAP_READ));
    const auto buffer = gst::BufferPtr::adopt(gst_buffer_new_memdup(map.data, map.size));
    gst_buffer_unmap(gst_sample_get_buffer(what), &map);
    GST_BUFFER_PTS(buffer.get()) = time;
    const auto sample =
        SamplePtr::adopt(gst_sample_new(buffer.get(), gst_sample_get_caps(what), nullptr, nullptr));
    track.frames->push(sample.get());
  }

  Bench& m_bench;
  const TimePoint m_start;
  std::vector<SentTrack> m_tracks;
  Duration m_nextReport{};
  std::mt19937 m_random{20261126};
};

/// Seconds at which what a description gives to its appsink begins to be loud or bright.
/// `from(sample)`: seconds into the sample where it does, below 0 if it does not.
template <typename From>
std::vector<double> onsets(const std::string& description, From from) {
  const auto pipeline = gst::ElementPtr::sink(gst_parse_launch(
      (description + " ! appsink name=out sync=false max-buffers=100").c_str(), nullptr));
  const auto out = gst::ElementPtr::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  std::vector<double> found;
  bool wasOn = false;
  while (const auto sample = SamplePtr::adopt(gst_app_sink_pull_sample(GST_APP_SINK(out.get())))) {
    const double into = from(sample.get());
    const auto time = GST_BUFFER_PTS(gst_sample_get_buffer(sample.get()));
    if (into >= 0 && !wasOn) found.push_back(static_cast<double>(time) / GST_SECOND + into);
    wasOn = into >= 0;
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return found;
}

std::vector<double> flashes(const std::string& source) {
  return onsets(source + " ! decodebin ! videoconvert ! video/x-raw,format=I420",
                [](GstSample* sample) { return testing::colourOf(sample).y > 128 ? 0.0 : -1.0; });
}

std::vector<double> beeps(const std::string& source) {
  constexpr int kLoud = 3000;
  const std::string form = "audio/x-raw,format=S16LE,rate=48000,channels=1";
  return onsets(
      source + " ! decodebin ! audioconvert ! audioresample ! " + form, [](GstSample* sample) {
        GstMapInfo map;
        if (!gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ)) return -1.0;
        const auto* values = reinterpret_cast<const std::int16_t*>(map.data);
        const auto* end = values + map.size / sizeof(std::int16_t);
        const auto* loud = std::find_if(values, end, [](int v) { return std::abs(v) > kLoud; });
        const auto at = static_cast<double>(loud - values) / 48'000;
        const bool isOn = loud != end;
        gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
        return isOn ? at : -1.0;
      });
}

class RecorderDriftTest : public ::testing::Test {
 protected:
  std::unique_ptr<RecorderEndpoint> record(const std::string& profile,
                                           const std::shared_ptr<Stream>& audio,
                                           const std::shared_ptr<Stream>& video) {
    auto recorder = bench.onLoop([&] {
      const Map params{{"uri", folder.uri("drift")}, {"profile", profile}};
      auto made = std::make_unique<RecorderEndpoint>(bench.context("r"), Value(params));
      made->sink(Medium::kAudio)->setSource(audio);
      made->sink(Medium::kVideo)->setSource(video);
      return made;
    });
    bench.invoke(*recorder, "record");
    return recorder;
  }
  // Waits until the muxer has taken nearly all of what came: its inputs tell how much waits there.
  void awaitMuxer(RecorderEndpoint& recorder) {
    static const std::regex level("current-level-buffers=(\\d+)");
    for (long waiting = kManyFrames + 1; waiting > kManyFrames;) {
      const std::string graph =
          bench.onLoop([&] { return recorder.dot(GST_DEBUG_GRAPH_SHOW_ALL); });
      waiting = 0;
      for (std::sregex_iterator found(graph.begin(), graph.end(), level), end; found != end;
           ++found) {
        waiting += std::stol((*found)[1]);
      }
    }
  }
  void judge(Duration length, const std::string& demuxer) const {
    const std::string file =
        "filesrc location=" + folder.path("drift") + " ! " + demuxer + " name=d";
    const auto seen = flashes(file + " d.video_0 ! queue");
    const auto heard = beeps(file + " d.audio_0 ! queue");
    ASSERT_EQ(seen.size(), static_cast<std::size_t>((length - 1ns) / kMarks));
    ASSERT_EQ(heard.size(), seen.size());
    double furthest = 0;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      furthest = std::max(furthest, std::abs(seen[i] - heard[i]));
    }
    const double whole = seen.back() - seen.front();
    std::printf("%zu marks in %.0f s: at most %.1f ms apart\n", seen.size(), whole,
                furthest * 1000);
    EXPECT_LE(furthest, kTogether);
    const double senders = static_cast<double>(seen.size() - 1) * 20;
    EXPECT_NEAR(whole, senders * (1 - 200e-6), 0.1) << "by our clock, not by the sender's";
  }

  Bench bench;
  testing::TestFolder folder;
};

// With KMS_FULL an hour, which shows more of the drift: 720 ms.
Duration lengthOr(Duration usual) {
  return std::getenv("KMS_FULL") == nullptr ? usual : Duration(1h);
}

TEST_F(RecorderDriftTest, KeepsSoundAndPicturesTogether) {
  const Duration length = lengthOr(10min);
  Sender sender(bench);
  auto recorder = record("WEBM", sender.stream(Medium::kAudio), sender.stream(Medium::kVideo));
  int count = 0;
  sender.send(length, [&](Medium) {
    ++count;
    if (count % 200 == 0) bench.onLoop([] {});  // else the recorder would lose some
    if (count % kManyFrames == 0) awaitMuxer(*recorder);
  });
  awaitMuxer(*recorder);
  bench.invoke(*recorder, "stopAndWait");
  judge(length, "matroskademux");
  bench.close(recorder);
}

class Counter final : public gst::FrameSink {
 public:
  void onSample(GstSample*) override {
    ++m_count;
    m_count.notify_all();
  }
  /// Waits until no more than `most` of `sent` are still under way.
  void awaitAllBut(int most, int sent) const {
    for (int count = m_count; count < sent - most; count = m_count) m_count.wait(count);
  }

 private:
  std::atomic<int> m_count{0};
};

std::unique_ptr<gst::Branch> converter(Bench& bench, const std::string& medium, Map format) {
  const Map target{{"kind", "frames"}, {"format", std::move(format)}};
  return bench.onLoop([&] {
    return std::make_unique<gst::Branch>(bench.context(medium),
                                         Value(Map{{"medium", medium}, {"target", target}}),
                                         gst::BranchPorts{});
  });
}

TEST_F(RecorderDriftTest, KeepsThemTogetherWhenPicturesAreFilteredAndBothConverted) {
  const Duration length = lengthOr(3min);
  Sender sender(bench);
  auto decoder = converter(bench, "video", {{"codec", "RAW"}});
  auto encoder = converter(bench, "video", {{"codec", "H264"}});
  auto sound = converter(bench, "audio", {{"codec", "AAC"}, {"clockRate", 48000}, {"channels", 2}});
  auto filter = bench.onLoop([&] {
    auto made = std::make_shared<gst::FrameFilter>(
        bench.context("f"), Medium::kVideo, gst_element_factory_make("videobalance", nullptr));
    made->start();
    decoder->setSource(sender.stream(Medium::kVideo));
    made->setSource(decoder->source(Medium::kVideo));
    encoder->setSource(made->stream());
    sound->setSource(sender.stream(Medium::kAudio));
    return made;
  });
  const auto pictures = std::make_shared<Counter>();
  encoder->source(Medium::kVideo)->frames->attach(pictures);
  const auto blocks = std::make_shared<Counter>();  // of 1024 samples, made of blocks of 960
  sound->source(Medium::kAudio)->frames->attach(blocks);
  auto recorder = record("MP4", sound->source(Medium::kAudio), encoder->source(Medium::kVideo));
  std::map<Medium, int> sent;
  sender.send(length, [&](Medium medium) {
    const int count = ++sent[medium];
    if (medium == Medium::kVideo) pictures->awaitAllBut(4, count);
    if (medium == Medium::kAudio) blocks->awaitAllBut(8, count * 960 / 1024);
  });
  bench.invoke(*recorder, "stopAndWait");
  judge(length, "qtdemux");
  bench.close(recorder);
  bench.close(encoder);
  std::promise<void> closed;
  bench.onLoop([&] { filter->close([&] { closed.set_value(); }); });
  closed.get_future().wait();
  bench.onLoop([&] { filter.reset(); });
  bench.close(decoder);
  bench.close(sound);
}

}  // namespace
}  // namespace kms::elements
