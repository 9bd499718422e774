// Our agent against libnice, over 127.0.0.1: both reach READY whoever controls, and by TCP alone.
#include "router/test-peer.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <nice/agent.h>
#include <string>
#include <thread>

namespace kms::router {
namespace {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, Freed<kFree>>;

/// A NiceAgent with one stream of one component, on a GLib loop of its own.
class NicePeer {
 public:
  NicePeer(bool isControlling, bool isTcp)
      : m_context(g_main_context_new()),
        m_loop(g_main_loop_new(m_context.get(), FALSE)),
        m_agent(nice_agent_new(m_context.get(), NICE_COMPATIBILITY_RFC5245)) {
    g_object_set(m_agent.get(), "controlling-mode", isControlling ? TRUE : FALSE, "ice-udp",
                 isTcp ? FALSE : TRUE, "ice-tcp", isTcp ? TRUE : FALSE, "upnp", FALSE, nullptr);
    NiceAddress loopback;
    nice_address_init(&loopback);
    nice_address_set_from_string(&loopback, "127.0.0.1");
    nice_agent_add_local_address(m_agent.get(), &loopback);
    m_stream = nice_agent_add_stream(m_agent.get(), 1);
    nice_agent_attach_recv(m_agent.get(), m_stream, 1, m_context.get(), &NicePeer::onData, this);
    g_signal_connect(m_agent.get(), "candidate-gathering-done", G_CALLBACK(&NicePeer::onGathered),
                     this);
    g_signal_connect(m_agent.get(), "component-state-changed", G_CALLBACK(&NicePeer::onState),
                     this);
    m_thread = std::thread([this] {
      g_main_context_push_thread_default(m_context.get());
      g_main_loop_run(m_loop.get());
      g_main_context_pop_thread_default(m_context.get());
    });
    nice_agent_gather_candidates(m_agent.get(), m_stream);
    await([this] { return m_isGathered; });
  }
  ~NicePeer() {
    nice_agent_remove_stream(m_agent.get(), m_stream);
    g_main_loop_quit(m_loop.get());
    m_thread.join();
  }

  [[nodiscard]] ice::Credentials credentials() {
    gchar* ufrag = nullptr;
    gchar* pwd = nullptr;
    nice_agent_get_local_credentials(m_agent.get(), m_stream, &ufrag, &pwd);
    const Owned<gchar, &g_free> ownedUfrag(ufrag);
    const Owned<gchar, &g_free> ownedPwd(pwd);
    return {ufrag, pwd};
  }
  /// "candidate:..."
  [[nodiscard]] std::vector<std::string> candidates() {
    std::vector<std::string> texts;
    GSList* list = nice_agent_get_local_candidates(m_agent.get(), m_stream, 1);
    for (GSList* each = list; each != nullptr; each = each->next) {
      auto* candidate = static_cast<NiceCandidate*>(each->data);
      const Owned<gchar, &g_free> text(
          nice_agent_generate_local_candidate_sdp(m_agent.get(), candidate));
      texts.emplace_back(std::string(text.get()).substr(2));  // without "a="
      nice_candidate_free(candidate);
    }
    g_slist_free(list);
    return texts;
  }
  void meet(const ice::Credentials& credentials, const std::vector<std::string>& candidates) {
    nice_agent_set_remote_credentials(m_agent.get(), m_stream, credentials.ufrag.c_str(),
                                      credentials.pwd.c_str());
    GSList* list = nullptr;
    for (const std::string& text : candidates) {
      NiceCandidate* candidate =
          nice_agent_parse_remote_candidate_sdp(m_agent.get(), m_stream, ("a=" + text).c_str());
      if (candidate != nullptr) list = g_slist_append(list, candidate);
    }
    nice_agent_set_remote_candidates(m_agent.get(), m_stream, 1, list);
    g_slist_free_full(list, reinterpret_cast<GDestroyNotify>(&nice_candidate_free));
  }
  [[nodiscard]] bool becomesReady() {
    return await([this] { return m_state == NICE_COMPONENT_STATE_READY; });
  }

 private:
  template <typename Predicate>
  bool await(Predicate predicate) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, kPatience, predicate);
  }
  static void onData(NiceAgent*, guint, guint, guint, gchar*, gpointer) {}
  static void onGathered(NiceAgent*, guint, gpointer self) {
    auto& peer = *static_cast<NicePeer*>(self);
    const std::scoped_lock lock(peer.m_mutex);
    peer.m_isGathered = true;
    peer.m_changed.notify_all();
  }
  static void onState(NiceAgent*, guint, guint, guint state, gpointer self) {
    auto& peer = *static_cast<NicePeer*>(self);
    const std::scoped_lock lock(peer.m_mutex);
    peer.m_state = static_cast<NiceComponentState>(state);
    peer.m_changed.notify_all();
  }

  std::mutex m_mutex;
  std::condition_variable m_changed;
  bool m_isGathered = false;
  NiceComponentState m_state = NICE_COMPONENT_STATE_DISCONNECTED;
  Owned<GMainContext, &g_main_context_unref> m_context;
  Owned<GMainLoop, &g_main_loop_unref> m_loop;
  Owned<NiceAgent, &g_object_unref> m_agent;
  guint m_stream = 0;
  std::thread m_thread;
};

struct Setting {
  const char* name;
  bool weControl;
  bool isTcp;
};

class Libnice : public ::testing::TestWithParam<Setting> {};

TEST_P(Libnice, bothSidesBecomeReady) {
  const Setting setting = GetParam();
  SystemClock clock;
  Router router(RouterConfig{{{}}, {"lo"}}, clock);
  TestPeer ours(router, 0, "ours", GatherOptions{});
  NicePeer theirs(!setting.weControl, setting.isTcp);
  RemoteParameters remote;
  remote.iceRole = setting.weControl ? ice::Role::Controlling : ice::Role::Controlled;
  remote.ice = theirs.credentials();
  remote.fingerprints = {{"sha-256", ours.local().fingerprint}};
  const auto transport = setting.isTcp ? ice::Transport::Tcp : ice::Transport::Udp;
  const auto isOfTransport = [&](const std::string& text) {
    return ice::Candidate::parse(text).candidate->transport == transport;
  };
  runOn(ours.executor(), [&] {
    ours.transport().setRemote(remote);
    for (const std::string& text : theirs.candidates()) ours.transport().addRemoteCandidate(text);
  });
  std::vector<std::string> candidates;
  for (const std::string& text : ours.candidates()) {
    const bool isV6 = ice::Candidate::parse(text).candidate->address.isV6;
    if (isOfTransport(text) && !isV6) candidates.push_back(text);
  }
  theirs.meet(ours.local().ice, candidates);
  EXPECT_TRUE(ours.await("ice READY"));
  EXPECT_TRUE(theirs.becomesReady());
  const auto pair = ours.stats().selectedPair;
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->path.transport, transport);
  EXPECT_TRUE(pair->isNominated);
}

INSTANTIATE_TEST_SUITE_P(Ways, Libnice,
                         ::testing::Values(Setting{"UdpWeControl", true, false},
                                           Setting{"UdpTheyControl", false, false},
                                           Setting{"TcpWeControl", true, true},
                                           Setting{"TcpTheyControl", false, true}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace kms::router
