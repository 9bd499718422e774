// DTLS records: a handshake whose datagrams are changed, doubled and mixed with others on their
// way, and records for sessions that are up.
//
// Input: a byte for the scene, then steps. A step: what is done, then what it is done with.
#include "dtls/test-support.hpp"
#include "fuzz/input.hpp"

namespace kms::dtls {
namespace {

using fuzz::demand;
using fuzz::Input;
using testing::Bytes;
using testing::Peer;

class Fuzzed {
 public:
  explicit Fuzzed(std::uint8_t scene) {
    m_client.trust(m_server);
    m_server.trust(m_client);
    if ((scene & 1U) != 0) m_client.session.start();
    if ((scene & 2U) != 0) testing::exchange(m_client, m_server);
  }

  void step(Input& input) {
    const std::uint8_t what = input.byte();
    Peer& to = (what & 1U) != 0 ? m_server : m_client;
    Peer& from = (what & 1U) != 0 ? m_client : m_server;
    switch ((what >> 1U) & 3U) {
      case 0:  // a stranger's datagram
        return to.session.handlePacket(input.packet());
      case 1:  // all that waits, unchanged
        return deliver(from, to, {});
      case 2:  // the same, with changed bytes
        return deliver(from, to, changes(input));
      default:  // data, where the session is up
        fuzz::use(from.session.sendApplicationData(input.packet()));
    }
  }

  void finish() {
    deliver(m_client, m_server, {});
    deliver(m_server, m_client, {});
    // Whoever has keys has the other's.
    if (!m_client.keys || !m_server.keys) return;
    demand(m_client.keys->first == m_server.keys->second);
    demand(m_client.keys->second == m_server.keys->first);
  }

 private:
  struct Change {
    std::uint16_t place;
    std::uint8_t bits;
  };

  static std::vector<Change> changes(Input& input) {
    std::vector<Change> all;
    for (int count = input.byte() % 8; count > 0; --count) {
      all.push_back({input.word(), input.byte()});
    }
    return all;
  }

  static void deliver(Peer& from, Peer& to, const std::vector<Change>& changes) {
    for (Bytes& datagram : std::exchange(from.outgoing, {})) {
      for (const auto& [place, bits] : changes) datagram[place % datagram.size()] ^= bits;
      to.session.handlePacket(datagram);
    }
  }

  ManualClock m_clock;
  Peer m_client{testing::ecdsaCertificate(0), Role::kClient, m_clock};
  Peer m_server{testing::ecdsaCertificate(1), Role::kServer, m_clock};
};

}  // namespace
}  // namespace kms::dtls

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  kms::dtls::Fuzzed fuzzed(input.byte());
  for (int i = 0; i < 32 && !input.empty(); ++i) fuzzed.step(input);
  fuzzed.finish();
  return 0;
}
