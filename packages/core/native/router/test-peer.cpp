#include "router/test-peer.hpp"

#include <kms/rtp/bytes.hpp>
#include <kms/rtp/keyframe.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

using media::Medium;

namespace {

constexpr std::size_t kVp8Descriptor = 1;
constexpr const char* kTransportCcUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

std::string yesNo(bool value) {
  return value ? "true" : "false";
}

const char* text(dtls::State state) {
  constexpr const char* kNames[] = {"NEW", "CONNECTING", "CONNECTED", "CLOSED", "FAILED"};
  return kNames[static_cast<std::size_t>(state)];
}

StreamParameters testStream(Medium medium, std::uint32_t remoteSsrc) {
  StreamParameters stream;
  stream.medium = medium;
  stream.mid = medium == Medium::kAudio ? "0" : "1";
  stream.send = true;
  stream.receive = true;
  stream.codecs = testCodecs(medium);
  // Audio is signalled by SSRC; video is found by its mid.
  if (medium == Medium::kAudio) stream.remoteSsrcs = {remoteSsrc};
  stream.extensions = {{1, "urn:ietf:params:rtp-hdrext:sdes:mid"},
                       {2, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"},
                       {3, kTransportCcUri}};
  return stream;
}

}  // namespace

std::vector<CodecParameters> testCodecs(Medium medium) {
  CodecParameters codec;
  codec.payloadType = medium == Medium::kAudio ? 111 : 96;
  codec.format = medium == Medium::kAudio ? media::Format{"OPUS", 48000, 2, {}}
                                          : media::Format{"VP8", 90000, 0, {}};
  codec.nack = medium == Medium::kVideo;
  codec.pli = true;
  codec.transportCc = true;
  return {codec};
}

TestPeer::TestPeer(Router& router, std::size_t thread, std::string name,
                   const GatherOptions& options, const WebRtcTransportOptions& kind)
    : m_executor(router.executor(thread)), m_name(std::move(name)) {
  runOn(m_executor, [&] {
    m_transport = std::make_unique<WebRtcTransport>(router.thread(thread), *this, kind);
    m_local = m_transport->localParameters();
    m_transport->gather(options);
  });
}

TestPeer::~TestPeer() {
  runOn(m_executor, [&] { m_transport.reset(); });
}

void TestPeer::close() {
  runOn(m_executor, [&] { m_transport->close(); });
}

RemoteParameters TestPeer::parametersFor(const TestPeer& other, bool otherControls) const {
  RemoteParameters parameters;
  parameters.iceRole = otherControls ? ice::Role::Controlling : ice::Role::Controlled;
  parameters.dtlsRole = otherControls ? dtls::Role::kClient : dtls::Role::kServer;
  parameters.ice = m_local.ice;
  parameters.fingerprints = {{"sha-256", m_local.fingerprint}};
  parameters.streams = {testStream(Medium::kAudio, m_local.audioSsrc),
                        testStream(Medium::kVideo, m_local.videoSsrc)};
  static_cast<void>(other);
  return parameters;
}

void TestPeer::connect(TestPeer& a, TestPeer& b, const Address* via, const Edit& editForB) {
  RemoteParameters forB = a.parametersFor(b, false);
  if (editForB) editForB(forB);
  runOn(b.m_executor, [&] { b.m_transport->setRemote(forB); });
  runOn(a.m_executor, [&] {
    a.m_transport->setRemote(b.parametersFor(a, true));
    for (const std::string& candidate : b.candidates()) {
      auto parsed = *ice::Candidate::parse(candidate).candidate;
      if (via != nullptr && parsed.address.isV6) continue;
      if (via != nullptr) parsed.address = *via;
      a.m_transport->addRemoteCandidate(parsed.text());
    }
  });
}

void TestPeer::introduce(TestPeer& a, TestPeer& b, const Keep& keep) {
  const auto tell = [&](TestPeer& listener, TestPeer& other, bool controls) {
    const RemoteParameters remote = other.parametersFor(listener, controls);
    runOn(listener.m_executor, [&] {
      listener.m_transport->setRemote(remote);
      for (const std::string& text : other.candidates()) {
        if (keep(*ice::Candidate::parse(text).candidate)) {
          listener.m_transport->addRemoteCandidate(text);
        }
      }
    });
  };
  tell(b, a, false);
  tell(a, b, true);
}

void TestPeer::restartIce(TestPeer& a, TestPeer& b, const Keep& keep) {
  for (TestPeer* each : {&a, &b}) {
    runOn(each->m_executor, [&] { each->m_local.ice = each->m_transport->restartIce(); });
  }
  introduce(a, b, keep);
}

void TestPeer::setSource(Medium medium, std::shared_ptr<Producer> producer) {
  runOn(m_executor, [&] { m_transport->setSource(medium, std::move(producer)); });
}

std::shared_ptr<Producer> TestPeer::producer(Medium medium) {
  return runOn(m_executor, [&] { return m_transport->producer(medium); });
}

TransportStats TestPeer::stats() {
  return runOn(m_executor, [&] { return m_transport->stats(); });
}

std::optional<StreamStats> TestPeer::streamStats(Medium medium, bool inbound) {
  for (const StreamStats& stream : stats().streams) {
    if (stream.medium == medium && stream.inbound == inbound) return stream;
  }
  return std::nullopt;
}

bool TestPeer::await(const std::string& event) {
  std::unique_lock lock(m_mutex);
  return m_changed.wait_for(lock, kPatience, [&] { return m_events.contains(event); });
}

bool TestPeer::has(const std::string& event) {
  const std::scoped_lock lock(m_mutex);
  return m_events.contains(event);
}

void TestPeer::forget() {
  const std::scoped_lock lock(m_mutex);
  m_events.clear();
}

void TestPeer::note(std::string event) {
  const std::scoped_lock lock(m_mutex);
  m_events.insert(std::move(event));
  m_changed.notify_all();
}

std::vector<std::string> TestPeer::candidates() {
  const std::scoped_lock lock(m_mutex);
  return m_candidates;
}

void TestPeer::onLocalCandidate(const std::string& candidate) {
  const std::scoped_lock lock(m_mutex);
  m_candidates.push_back(candidate);
}
void TestPeer::onGatheringDone() {
  note("gathered");
}
void TestPeer::onGatheringProblem(const std::string& problem) {
  note("problem " + problem);
}
void TestPeer::onIceStateChanged(ice::State state) {
  note("ice " + std::string(ice::name(state)));
}
void TestPeer::onCandidatePairSelected(const std::string&, const std::string&) {
  note("pair");
}
void TestPeer::onDtlsStateChanged(dtls::State state) {
  note(std::string("dtls ") + text(state));
}
void TestPeer::onMediaStateChanged(bool connected) {
  note("media " + yesNo(connected));
}
void TestPeer::onSourceFormat(StreamId stream, const media::Format& format) {
  note("format " + std::string(media::toText(stream.medium)) + " " + format.codec);
}
void TestPeer::onFlow(StreamId stream, bool inbound, bool flowing) {
  note("flow " + std::string(media::toText(stream.medium)) + (inbound ? " in " : " out ") +
       yesNo(flowing));
}

// TestMedia

TestMedia::TestMedia(Router& router, std::size_t thread, Medium medium, Duration delay)
    : m_medium(medium), m_delay(delay), m_source(++s_sources), m_origin(m_clock.now()) {
  FeedConfig config;
  config.medium = medium;
  config.format = testCodecs(medium)[0].format;
  config.payloadType = testCodecs(medium)[0].payloadType;
  config.ssrc = 1000 + m_source;
  config.onKeyframeRequest = [this] {
    const std::scoped_lock lock(m_mutex);
    ++m_requests;
    m_wanted = true;
    m_changed.notify_all();
  };
  m_feed = router.createFeed(thread, std::move(config));
}

TestMedia::~TestMedia() {
  {
    const std::scoped_lock lock(m_mutex);
    m_stop = true;
    m_changed.notify_all();
  }
  if (m_thread.joinable()) m_thread.join();
}

void TestMedia::start(Duration interval) {
  m_thread = std::thread([this, interval] { run(interval); });
}

void TestMedia::run(Duration interval) {
  std::unique_lock lock(m_mutex);
  for (TimePoint next = m_clock.now(); !m_stop; next += interval) {
    lock.unlock();
    pushFrame();
    lock.lock();
    m_changed.wait_until(lock, next, [&] { return m_stop; });
  }
}

void TestMedia::pushFrame() {
  bool keyframe = m_frame++ % 50 == 0;
  {
    const std::scoped_lock lock(m_mutex);
    keyframe = std::exchange(m_wanted, false) || keyframe;
  }
  const TimePoint capture = m_clock.now() - m_delay;
  if (m_medium == Medium::kVideo) pushPacket(true, false, keyframe, capture);
  pushPacket(m_medium == Medium::kAudio, true, keyframe, capture);
}

void TestMedia::pushPacket(bool first, bool last, bool keyframe, TimePoint capture) {
  const std::uint32_t rate = m_medium == Medium::kVideo ? 90000 : 48000;
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::microseconds>(capture - m_origin).count();
  const auto codec = testCodecs(m_medium)[0];
  std::array<std::uint8_t, 600> packet{};
  rtp::HeaderWriter writer(
      packet, {codec.payloadType, last, m_sequence++,
               static_cast<std::uint32_t>(elapsed * rate / 1'000'000), 1000 + m_source});
  const std::size_t start = writer.finish();
  packet[start] = first ? 0x10 : 0x00;  // VP8 payload descriptor: start of partition 0
  packet[start + kVp8Descriptor] = first && keyframe ? 0 : 1;
  rtp::write32(&packet[start + 2], m_source);
  rtp::write64(&packet[start + 6], static_cast<std::uint64_t>(capture.time_since_epoch().count()));
  m_feed->push(packet, capture);
}

unsigned TestMedia::keyframeRequests() {
  const std::scoped_lock lock(m_mutex);
  return m_requests;
}

bool TestMedia::awaitKeyframeRequests(unsigned count) {
  std::unique_lock lock(m_mutex);
  return m_changed.wait_for(lock, kPatience, [&] { return m_requests >= count; });
}

// TestTap

TestTap::TestTap(Router& router, std::size_t thread, std::shared_ptr<Producer> producer) {
  TapConfig config;
  config.onRtp = [this](std::span<const std::uint8_t> rtp, TimePoint capture) {
    onRtp(rtp, capture);
  };
  m_tap = router.createTap(thread, std::move(config));
  m_tap->setSource(std::move(producer));
}

void TestTap::onRtp(std::span<const std::uint8_t> rtp, TimePoint capture) {
  const auto view = rtp::PacketView::parse(rtp);
  const std::scoped_lock lock(m_mutex);
  if (!view || view->payload().size() < 14 || view->headerSize() != rtp::kFixedHeaderSize) return;
  const auto payload = view->payload();
  const bool keyframe = rtp::keyframeDetector("VP8")(payload);
  if (keyframe) ++m_keyframes;
  m_seen[m_unwrapper.unwrap(view->header().sequence)] = {keyframe, rtp::read32(&payload[2])};
  const TimePoint truth{Duration(static_cast<std::int64_t>(rtp::read64(&payload[6])))};
  m_captureError = capture - truth;
  m_changed.notify_all();
}

template <typename Predicate>
bool TestTap::wait(Predicate predicate) {
  std::unique_lock lock(m_mutex);
  return m_changed.wait_for(lock, kPatience, predicate);
}

std::size_t TestTap::missingLocked() const {
  if (m_seen.empty()) return 0;
  return static_cast<std::size_t>(m_seen.rbegin()->first - m_seen.begin()->first + 1) -
         m_seen.size();
}

bool TestTap::await(std::size_t packets) {
  return wait([&] { return m_seen.size() >= packets; });
}

bool TestTap::awaitUnbroken(std::size_t packets) {
  return wait([&] { return m_seen.size() >= packets && missingLocked() == 0; });
}

bool TestTap::awaitKeyframes(std::size_t count) {
  return wait([&] { return m_keyframes >= count; });
}

bool TestTap::awaitCaptureError(Duration tolerance) {
  return wait([&] { return m_captureError <= tolerance && m_captureError >= -tolerance; });
}

Duration TestTap::lastCaptureError() {
  const std::scoped_lock lock(m_mutex);
  return m_captureError;
}

std::size_t TestTap::missing() {
  const std::scoped_lock lock(m_mutex);
  return missingLocked();
}

bool TestTap::startsAtKeyframe() {
  const std::scoped_lock lock(m_mutex);
  return !m_seen.empty() && m_seen.begin()->second.keyframe;
}

bool TestTap::sourcesSwitchAtKeyframes() {
  const std::scoped_lock lock(m_mutex);
  std::uint32_t source = 0;
  for (const auto& [sequence, seen] : m_seen) {
    if (seen.source != source && !seen.keyframe) return false;
    source = seen.source;
  }
  return true;
}

std::size_t TestTap::sourcesSeen() {
  const std::scoped_lock lock(m_mutex);
  std::set<std::uint32_t> sources;
  for (const auto& [sequence, seen] : m_seen) sources.insert(seen.source);
  return sources.size();
}

}  // namespace kms::router
