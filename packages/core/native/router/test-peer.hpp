// For tests: transports driven from the test's thread, generated media, and a tap that checks what
// arrives.
#pragma once

#include "router/thread-context.hpp"

#include <kms/router/producer.hpp>
#include <kms/router/router.hpp>
#include <kms/router/web-rtc-transport.hpp>

#include <array>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace kms::router {

inline constexpr auto kPatience = std::chrono::seconds(10);

/// Runs `work` on an executor and waits for what it returns.
template <typename Work>
auto runOn(io::Executor& executor, Work work) {
  using Result = decltype(work());
  std::promise<Result> promise;
  const bool posted = executor.post([&] {
    if constexpr (std::is_void_v<Result>) {
      work();
      promise.set_value();
    } else {
      promise.set_value(work());
    }
  });
  if (!posted) {
    if constexpr (std::is_void_v<Result>)
      return;
    else
      return Result();
  }
  return promise.get_future().get();
}

[[nodiscard]] std::vector<CodecParameters> testCodecs(media::Medium medium);

/// A WebRtcTransport whose events are kept as texts: "ice READY", "dtls CONNECTED", "flow video out
/// true", ...
class TestPeer final : public WebRtcTransportListener {
 public:
  /// Gathers at once.
  TestPeer(Router& router, std::size_t thread, std::string name,
           const GatherOptions& options = udpOnly(), const WebRtcTransportOptions& kind = {});
  ~TestPeer() override;

  using Edit = std::function<void(RemoteParameters&)>;
  /// Both learn of each other: `a` controls and is DTLS client. `via`: where `a` is told that `b`
  /// is.
  static void connect(TestPeer& a, TestPeer& b, const Address* via = nullptr,
                      const Edit& editForB = {});

  using Keep = std::function<bool(const ice::Candidate&)>;
  /// Both learn of each other and of the candidates that `keep` lets through.
  static void introduce(TestPeer& a, TestPeer& b, const Keep& keep);
  /// Both restart ICE, and learn of each other anew.
  static void restartIce(TestPeer& a, TestPeer& b, const Keep& keep);

  void setSource(media::Medium medium, std::shared_ptr<Producer> producer);
  [[nodiscard]] std::shared_ptr<Producer> producer(media::Medium medium);
  [[nodiscard]] const LocalParameters& local() const { return m_local; }
  [[nodiscard]] TransportStats stats();
  [[nodiscard]] std::optional<StreamStats> streamStats(media::Medium medium, bool inbound);
  void close();
  [[nodiscard]] bool await(const std::string& event);
  [[nodiscard]] bool has(const std::string& event);
  /// The events so far count no longer.
  void forget();
  [[nodiscard]] std::vector<std::string> candidates();
  [[nodiscard]] io::Executor& executor() { return m_executor; }
  [[nodiscard]] WebRtcTransport& transport() { return *m_transport; }

  void onLocalCandidate(const std::string& candidate) override;
  void onGatheringDone() override;
  void onGatheringProblem(const std::string& problem) override;
  void onIceStateChanged(ice::State state) override;
  void onCandidatePairSelected(const std::string& local, const std::string& remote) override;
  void onDtlsStateChanged(dtls::State state) override;
  void onMediaStateChanged(bool connected) override;
  void onSourceFormat(StreamId stream, const media::Format& format) override;
  void onFlow(StreamId stream, bool inbound, bool flowing) override;

 private:
  [[nodiscard]] static GatherOptions udpOnly() {
    GatherOptions options;
    options.tcp = false;
    return options;
  }
  [[nodiscard]] RemoteParameters parametersFor(const TestPeer& other, bool other_controls) const;
  void note(std::string event);

  io::Executor& m_executor;
  std::string m_name;
  std::unique_ptr<WebRtcTransport> m_transport;
  LocalParameters m_local;
  std::vector<std::string> m_candidates;

  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::set<std::string> m_events;
};

/// A thread that pushes VP8-like or Opus-like packets into a Feed. Each payload tells its capture
/// time and source. A video frame has two packets; every 50th, and each one that was asked for, is
/// a keyframe.
class TestMedia {
 public:
  TestMedia(Router& router, std::size_t thread, media::Medium medium, Duration delay = {});
  ~TestMedia();

  [[nodiscard]] std::shared_ptr<Producer> producer() const { return m_feed->producer(); }
  /// One frame every `interval`.
  void start(Duration interval);
  [[nodiscard]] unsigned keyframeRequests();
  [[nodiscard]] bool awaitKeyframeRequests(unsigned count);

 private:
  void run(Duration interval);
  void pushFrame();
  void pushPacket(bool first, bool last, bool keyframe, TimePoint capture);

  static inline std::atomic<std::uint32_t> s_sources{0};

  media::Medium m_medium;
  Duration m_delay;
  SystemClock m_clock;
  std::uint32_t m_source;
  TimePoint m_origin;
  std::uint16_t m_sequence = 65500;
  unsigned m_frame = 0;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  unsigned m_requests = 0;
  bool m_wanted = true;
  bool m_stop = false;
  std::unique_ptr<Feed> m_feed;
  std::thread m_thread;
};

/// A Tap that checks what it sees.
class TestTap {
 public:
  TestTap(Router& router, std::size_t thread, std::shared_ptr<Producer> producer);
  ~TestTap() { m_tap.reset(); }

  void requestKeyframe() { m_tap->requestKeyframe(); }
  void setSource(std::shared_ptr<Producer> producer) { m_tap->setSource(std::move(producer)); }
  [[nodiscard]] bool await(std::size_t packets);
  /// Until `packets` sequence numbers in a row have come, no matter in which order.
  [[nodiscard]] bool awaitUnbroken(std::size_t packets);
  [[nodiscard]] bool awaitKeyframes(std::size_t count);
  /// Until the capture time told for a packet is within `tolerance` of the one that its payload
  /// tells.
  [[nodiscard]] bool awaitCaptureError(Duration tolerance);
  [[nodiscard]] Duration lastCaptureError();
  /// Sequence numbers between the lowest and the highest that have not come.
  [[nodiscard]] std::size_t missing();
  [[nodiscard]] bool startsAtKeyframe();
  [[nodiscard]] bool sourcesSwitchAtKeyframes();
  [[nodiscard]] std::size_t sourcesSeen();

 private:
  struct Seen {
    bool keyframe;
    std::uint32_t source;
  };
  void onRtp(std::span<const std::uint8_t> rtp, TimePoint capture);
  template <typename Predicate>
  bool wait(Predicate predicate);
  [[nodiscard]] std::size_t missingLocked() const;

  std::mutex m_mutex;
  std::condition_variable m_changed;
  rtp::SequenceUnwrapper m_unwrapper;
  std::map<std::int64_t, Seen> m_seen;
  std::size_t m_keyframes = 0;
  Duration m_captureError = std::chrono::hours(1);
  std::unique_ptr<Tap> m_tap;
};

}  // namespace kms::router
