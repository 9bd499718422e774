#include "session/session.hpp"

#include <kms/testing/media-bench.hpp>

#include <gtest/gtest.h>

#include <future>

namespace kms::session {
namespace {

/// An embedder's thread: the test's own, which runs the outbox until an answer is there.
class SessionTest : public ::testing::Test {
 protected:
  host::Outcome answer(const std::function<void(const host::Completion&)>& call) {
    std::optional<host::Outcome> outcome;
    call(host::Completion([&](host::Outcome what) { outcome = std::move(what); }));
    std::unique_lock lock(m_mutex);
    while (!outcome) {
      if (!m_changed.wait_for(lock, std::chrono::seconds(20), [&] { return m_wakes > 0; })) break;
      --m_wakes;
      lock.unlock();
      m_outbox.runNext();
      lock.lock();
    }
    return outcome.value_or(Error(ErrorCode::kUnexpected, "no answer in time"));
  }
  static int codeOf(const host::Outcome& outcome) {
    const auto* error = std::get_if<Error>(&outcome);
    return error == nullptr ? 0 : error->code();
  }
  static void close(const std::shared_ptr<Session>& session) {
    std::promise<void> closed;
    session->close([&] { closed.set_value(); });
    closed.get_future().get();
  }
  std::shared_ptr<Session> open() {
    return std::make_shared<Session>(SessionConfig{{router::ThreadConfig()}, {"lo"}}, m_outbox,
                                     [](const std::string&, const std::string&, const Map&) {});
  }

  std::mutex m_mutex;
  std::condition_variable m_changed;
  int m_wakes = 0;
  host::Outbox m_outbox{[this] {
    const std::scoped_lock lock(m_mutex);
    ++m_wakes;
    m_changed.notify_all();
  }};
};

Map branch(int ioThread) {
  return {{"ioThread", ioThread},
          {"medium", "video"},
          {"target", Map{{"kind", "rtp"}, {"format", Map{{"codec", "VP8"}}}}}};
}

TEST_F(SessionTest, TellsItsPortsAndCounters) {
  const auto session = open();
  const Value info = session->info();
  EXPECT_GT(info.at("udpPorts").list().at(0).as<int>(), 0);
  EXPECT_EQ(info.at("counters").list().size(), 1U);
  close(session);
}

TEST_F(SessionTest, LinksOneBranchToAnotherThroughTheRouter) {
  const auto session = open();
  for (const char* id : {"a", "b"}) {
    const auto created = answer([&](const host::Completion& done) {
      session->host().create("Branch", id, Value(branch(0)), done);
    });
    EXPECT_EQ(codeOf(created), 0);
  }
  EXPECT_EQ(codeOf(answer([&](const host::Completion& done) {
              session->host().link("b", media::Medium::kVideo, "a", done);
            })),
            0);
  EXPECT_EQ(
      codeOf(answer([&](const host::Completion& done) { session->host().release("a", done); })), 0);
  close(session);
}

TEST_F(SessionTest, RejectsAnIoThreadThatIsNot) {
  const auto session = open();
  for (const int thread : {-1, 7}) {
    EXPECT_NE(codeOf(answer([&](const host::Completion& done) {
                session->host().create("Branch", "a", Value(branch(thread)), done);
              })),
              0);
  }
  close(session);
}

TEST_F(SessionTest, ClosesWithLiveObjectsAndWithoutAnEmbedderThatListens) {
  const auto session = open();
  for (int i = 0; i < 5; ++i) {
    session->host().create("Branch", std::to_string(i), Value(branch(0)),
                           host::Completion([](const host::Outcome&) {}));
  }
  close(session);
}

/// A native class for the test: offers frames that the test pushes.
class Origin final : public host::ObjectBase {
 public:
  Origin(host::Context context, std::shared_ptr<gst::FrameSource> frames)
      : ObjectBase(std::move(context)),
        m_stream(std::make_shared<media::Stream>(std::move(frames))) {}
  std::shared_ptr<media::Stream> source(media::Medium medium) override {
    return medium == media::Medium::kVideo ? m_stream : nullptr;
  }
  void close(host::Completion done) override { done.resolve(); }

 private:
  std::shared_ptr<media::Stream> m_stream;
};

/// A native class for the test: keeps the frames it is given.
class Screen final : public host::ObjectBase, public media::Sink {
 public:
  Screen(host::Context context, std::shared_ptr<testing::Collector> frames)
      : ObjectBase(std::move(context)), m_frames(std::move(frames)) {}
  media::Sink* sink(media::Medium) override { return this; }
  void setSource(std::shared_ptr<media::Stream> source) override {
    if (m_source) m_source->frames->detach(m_frames.get());
    m_source = std::move(source);
    if (m_source) m_source->frames->attach(m_frames);
  }
  void close(host::Completion done) override { done.resolve(); }

 private:
  std::shared_ptr<media::Stream> m_source;
  std::shared_ptr<testing::Collector> m_frames;
};

TEST_F(SessionTest, CarriesFramesAsPacketsThroughTheRouterInTheirColourAndTime) {
  const auto session = open();
  testing::MediaBench bench;  // for the frames only; its running time has a base of its own
  auto red = bench.origin(media::Medium::kVideo,
                          "videotestsrc is-live=true pattern=red ! "
                          "video/x-raw,format=I420,width=160,height=120,framerate=30/1");
  const auto sent = std::make_shared<testing::Collector>();
  red.frames->attach(sent);
  const auto shown = std::make_shared<testing::Collector>();
  session->host().addClass("Origin", {&host::glibHome, [&](host::Context context, const Value&) {
                                        return std::make_unique<Origin>(std::move(context),
                                                                        red.frames);
                                      }});
  session->host().addClass("Screen", {&host::glibHome, [&](host::Context context, const Value&) {
                                        return std::make_unique<Screen>(std::move(context), shown);
                                      }});
  const auto done = [&](const std::function<void(host::Host&, const host::Completion&)>& call) {
    return codeOf(
        answer([&](const host::Completion& completion) { call(session->host(), completion); }));
  };
  Map decoder = branch(0);
  decoder["target"] = Map{{"kind", "frames"}, {"format", Map{{"codec", "RAW"}}}};
  const std::vector<std::tuple<const char*, const char*, Value>> objects = {
      {"Origin", "origin", Value()},
      {"Branch", "sender", Value(branch(0))},
      {"Branch", "decoder", Value(decoder)},
      {"Screen", "screen", Value()}};
  for (const auto& [name, id, params] : objects) {
    EXPECT_EQ(done([&](auto& host, const auto& to) { host.create(name, id, params, to); }), 0)
        << id;
  }
  const std::vector<std::pair<const char*, const char*>> links = {
      {"sender", "origin"}, {"decoder", "sender"}, {"screen", "decoder"}};
  for (const auto& [sink, source] : links) {
    EXPECT_EQ(done([&](auto& host, const auto& to) {
                host.link(sink, media::Medium::kVideo, source, to);
              }),
              0);
  }
  ASSERT_TRUE(bench.play(red));
  ASSERT_TRUE(shown->samples.awaitCount(20));
  EXPECT_NEAR(testing::colourOf(shown->samples.all().back().get()).v, 240, 8);
  const auto times = shown->times();
  const auto origins = sent->times();
  for (const GstClockTime time : times) {
    EXPECT_TRUE(std::any_of(origins.begin(), origins.end(), [&](GstClockTime original) {
      return std::abs(GST_CLOCK_DIFF(original, time)) <
             static_cast<GstClockTimeDiff>(GST_SECOND / 30);
    }));
  }
  bench.stop(red);
  close(session);
}

}  // namespace
}  // namespace kms::session
