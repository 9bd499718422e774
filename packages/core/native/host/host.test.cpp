#include "host/test-host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kms::host {
namespace {

using media::Medium;
using testing::ElementsAre;
using testing::IsEmpty;

struct Journal {
  std::vector<std::string> lines;
  std::optional<Completion> closing;
  bool closesAtOnce = true;
};

class Probe final : public ObjectBase, public media::Sink {
 public:
  Probe(Context context, const Value& params, Journal& journal)
      : ObjectBase(std::move(context)), m_journal(journal) {
    if (params.get<bool>("fails", false)) throw Error(ErrorCode::kMarshall, "asked to fail");
    this->context().emit("born", {});
    addMethod("emit", [this](const Value& args) {
      this->context().emit(args.at("type").text(), {});
      return Value("sent");
    });
    addMethod("throw", [](const Value&) -> Value { throw Error(ErrorCode::kSeekFail, "no"); });
    addAsyncMethod("forget", [](const Value&, const Completion&) {});
  }
  ~Probe() override { m_journal.lines.push_back(context().id() + " destroyed"); }
  std::shared_ptr<media::Stream> source(Medium medium) override {
    return medium == Medium::kVideo ? m_stream : nullptr;
  }
  media::Sink* sink(Medium medium) override { return medium == Medium::kVideo ? this : nullptr; }
  List elements() const override { return {Value("probe0")}; }
  std::string dot(int details) const override { return "details " + std::to_string(details); }
  void setSource(std::shared_ptr<media::Stream> source) override {
    m_journal.lines.push_back(context().id() + (source ? " takes" : " loses"));
  }
  void close(Completion done) override {
    if (m_journal.closesAtOnce) return done.resolve();
    m_journal.closing = done;
  }

 private:
  Journal& m_journal;
  std::shared_ptr<media::Stream> m_stream =
      std::make_shared<media::Stream>(std::shared_ptr<gst::FrameSource>());
};

class HostTest : public testing::Test {
 protected:
  HostTest() {
    m.host.addClass("Probe", {[this](Services&, const Value&) -> io::Executor& { return m.home; },
                              [this](Context context, const Value& params) {
                                return std::make_unique<Probe>(std::move(context), params, journal);
                              }});
  }
  void create(const std::string& id) {
    m.host.create("Probe", id, {}, m.logged("create"));
    m.turn();
  }

  Journal journal;
  test::TestHost m;
};

TEST_F(HostTest, AnswersACreationBeforeTheEventsOfTheConstructor) {
  m.host.create("Probe", "a", {}, m.logged("create"));
  EXPECT_THAT(m.turn(), ElementsAre("create ok", "a born"));
}

TEST_F(HostTest, RejectsUnknownClassesTakenIdsAndFailingConstructors) {
  m.host.create("Nothing", "a", {}, m.logged("class"));
  m.host.create("Probe", "a", {}, m.logged("first"));
  m.host.create("Probe", "a", {}, m.logged("second"));
  m.host.create("Probe", "b", Map{{"fails", true}}, m.logged("fails"));
  EXPECT_THAT(m.turn(),
              ElementsAre("class 40108", "second 40003", "first ok", "a born", "fails 40001"));
  create("b");  // the id of the one that failed is free again
  m.host.invoke("b", "emit", Map{{"type", "x"}}, m.logged("emit"));
  EXPECT_THAT(m.turn(), ElementsAre("b x", "emit ok"));
}

TEST_F(HostTest, AnswersEachInvocationOnceWhateverTheMethodDoes) {
  create("a");
  m.host.invoke("a", "throw", {}, m.logged("throw"));
  m.host.invoke("a", "nothing", {}, m.logged("nothing"));
  m.host.invoke("a", "forget", {}, m.logged("forget"));
  m.host.invoke("b", "emit", {}, m.logged("gone"));
  EXPECT_THAT(m.turn(), ElementsAre("gone 40101", "throw 40700", "nothing 40105", "forget 40108"));
}

TEST_F(HostTest, LinksOneSourcePerSinkAndMedium) {
  create("a");
  create("b");
  m.host.link("b", Medium::kVideo, "a", m.logged("link"));
  m.host.link("b", Medium::kAudio, "a", m.logged("no medium"));
  m.host.link("b", Medium::kVideo, "c", m.logged("no source"));
  EXPECT_THAT(m.turn(), ElementsAre("no medium 40004", "no source 40101", "link ok"));
  EXPECT_THAT(journal.lines, ElementsAre("b takes"));
  m.host.link("b", Medium::kVideo, std::nullopt, m.logged("unlink"));
  EXPECT_THAT(m.turn(), ElementsAre("unlink ok"));
  EXPECT_THAT(journal.lines, ElementsAre("b takes", "b loses"));
}

TEST_F(HostTest, CanBeLinkedWithinTheAnswerToItsCreation) {
  create("a");
  m.host.create("Probe", "b", {}, Completion([this](const Outcome&) {
                  m.host.link("b", Medium::kVideo, "a", m.logged("link"));
                }));
  m.home.run();
  m.outbox.runNext();  // the answer, before the events of the constructor are let go
  EXPECT_THAT(m.turn(), ElementsAre("b born", "link ok"));
}

TEST_F(HostTest, ShowsItsLinksAsAGraph) {
  create("a");
  create("b");
  m.host.link("b", Medium::kVideo, "a", m.logged("link"));
  Value graph;
  m.host.graph(Completion([&](Outcome outcome) { graph = std::get<Value>(std::move(outcome)); }));
  m.turn();
  EXPECT_EQ(graph, Value(List{Map{{"sink", "b"},
                                  {"medium", "video"},
                                  {"source", "a"},
                                  {"kind", "frames"},
                                  {"elements", List{"probe0"}}}}));
}

TEST_F(HostTest, AnswersWithTheGraphOfAnObject) {
  create("a");
  std::vector<std::string> graphs;
  const auto keep = [&graphs](const Outcome& outcome) {
    graphs.push_back(std::get<Value>(outcome).text());
  };
  m.host.invoke("a", "dot", Map{{"details", 1}}, Completion(keep));
  m.host.invoke("a", "dot", {}, Completion(keep));
  m.turn();
  EXPECT_THAT(graphs, ElementsAre("details 1", "details 15"));
}

TEST_F(HostTest, ReleaseUnlinksBothWaysAndIsIdempotent) {
  for (const char* id : {"a", "b", "c"}) create(id);
  m.host.link("b", Medium::kVideo, "a", m.logged("link"));
  m.host.link("c", Medium::kVideo, "b", m.logged("link"));
  m.turn();
  m.host.release("b", m.logged("release"));
  m.host.release("b", m.logged("again"));
  m.host.invoke("b", "emit", {}, m.logged("late"));
  EXPECT_THAT(m.turn(), ElementsAre("late 40101", "release ok", "again ok"));
  EXPECT_THAT(journal.lines,
              ElementsAre("b takes", "c takes", "b loses", "c loses", "b destroyed"));
  m.host.release("b", m.logged("unknown"));
  EXPECT_THAT(m.turn(), ElementsAre("unknown ok"));
}

TEST_F(HostTest, ReleaseWaitsForTheObject) {
  journal.closesAtOnce = false;
  create("a");
  m.host.release("a", m.logged("release"));
  EXPECT_THAT(m.turn(), IsEmpty());
  journal.closing->resolve();
  EXPECT_THAT(m.turn(), ElementsAre("release ok"));
}

TEST_F(HostTest, ReleaseDuringCreationEndsTheObject) {
  m.host.create("Probe", "a", {}, m.logged("create"));
  m.host.release("a", m.logged("release"));
  m.host.create("Probe", "b", Map{{"fails", true}}, m.logged("fails"));
  m.host.release("b", m.logged("release b"));
  EXPECT_THAT(m.turn(),
              ElementsAre("create ok", "a born", "fails 40001", "release ok", "release b ok"));
}

TEST_F(HostTest, CloseReleasesAllAndTakesNoMore) {
  create("a");
  create("b");
  m.host.close(m.logged("close"));
  m.host.close(m.logged("again"));
  m.host.create("Probe", "c", {}, m.logged("late"));
  EXPECT_THAT(m.turn(), ElementsAre("late 40108", "close ok", "again ok"));
  EXPECT_THAT(journal.lines, ElementsAre("a destroyed", "b destroyed"));
}

TEST_F(HostTest, LosesNoAnswerWhenTheExecutorHasEnded) {
  create("a");
  m.home.end();
  m.host.create("Probe", "b", {}, m.logged("create"));
  m.host.invoke("a", "emit", {}, m.logged("invoke"));
  m.host.release("a", m.logged("release"));
  EXPECT_THAT(m.turn(), ElementsAre("create 40108", "invoke 40108", "release ok"));
}

}  // namespace
}  // namespace kms::host
