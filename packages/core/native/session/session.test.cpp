#include "session/session.hpp"

#include <gtest/gtest.h>

#include <future>

namespace kms::session {
namespace {

/// An embedder's thread: the test's own, which runs the outbox until an answer is there.
class SessionTest : public testing::Test {
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
    return std::make_shared<Session>(SessionConfig{{0}, {"lo"}}, m_outbox,
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

}  // namespace
}  // namespace kms::session
