// SCTP and DCEP: a peer whose association is up sends any message on any stream, and packets that
// were changed on their way, with a checksum that is right again.
//
// Input: steps. A step: what is done, then what it is done with.
#include "fuzz/input.hpp"
#include "sctp/raw-peer.hpp"

#include <thread>

/// Of the sanitizer's runtime; null without one.
extern "C" [[gnu::weak]] std::size_t __sanitizer_get_current_allocated_bytes();

namespace kms::sctp {
namespace {

using fuzz::demand;
using fuzz::Input;
using testing::seal;

constexpr std::uint32_t kFirstPpid = 50;
constexpr std::uint64_t kMaxBuffered = 1024 * 1024;

class Fuzzed {
 public:
  void step(Input& input) {
    switch (input.byte() % 5) {
      case 0:
        sendMessage(input);
        break;
      case 1:
        changeNextPacket(input);
        break;
      case 2:
        sendStrangePacket(input);
        break;
      case 3:
        doOurPart(input);
        break;
      default:
        m_world.reset(input.byte());
    }
    m_world.steps(2);
  }

  void finish() {
    const Stats stats = m_world.stats();
    demand(stats.channels.size() <= kStreams);
    demand(stats.closed <= stats.opened);
    demand(stats.bufferedBytes <= kMaxBuffered);
    demand(m_world.end.opened.size() == stats.opened);
    demand(m_world.end.closed.size() == stats.closed);
  }

 private:
  void sendMessage(Input& input) {
    const std::uint8_t stream = input.byte();
    const std::uint32_t ppid = kFirstPpid + input.byte() % 9;
    const Bytes payload = input.packet();
    if (!payload.empty()) m_world.send(stream, ppid, payload);
  }

  void changeNextPacket(Input& input) {
    struct Change {
      std::uint16_t place;
      std::uint8_t bits;
    };
    std::vector<Change> changes;
    for (int count = input.byte() % 8; count > 0; --count) {
      changes.push_back({input.word(), input.byte()});
    }
    m_world.toEnd.change = [this, changes](Bytes& packet) {
      for (const auto& [place, bits] : changes) packet[place % packet.size()] ^= bits;
      seal(packet);
      m_world.toEnd.change = nullptr;
    };
  }

  /// Any chunks, for the ports and the tag of the packet before.
  void sendStrangePacket(Input& input) {
    Bytes packet = input.packet();
    const Bytes& before = m_world.toEnd.last;
    constexpr std::size_t kPortsAndTag = 8;
    if (packet.size() >= kPortsAndTag && before.size() >= kPortsAndTag) {
      std::copy_n(before.begin(), kPortsAndTag, packet.begin());
    }
    seal(packet);
    m_world.end.channels->receive(packet);
  }

  void doOurPart(Input& input) {
    const std::uint8_t what = input.byte();
    if (what % 4 == 0) return m_world.end.channels->onMessage(testing::bytes(input.byte(), 1));
    if (what % 4 == 2) return m_world.end.channels->close(input.byte());
    const auto label = input.bytes(input.byte() % 16);
    m_world.end.channels->open({.label = {label.begin(), label.end()}, .ordered = what % 4 == 1},
                               [](const auto&) {});
  }

  testing::RawWorld m_world;
};

std::size_t heap() {
  return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : 0;
}

/// Whether the library lets go of the sockets: of the heap, no more than `allowed` bytes are used.
/// Its own thread, which may hold one for a moment, needs real time.
bool shrinksTo(std::size_t allowed) {
  testing::World idle;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (heap() > allowed && std::chrono::steady_clock::now() < end) {
    idle.step();
    std::this_thread::yield();
  }
  return heap() <= allowed;
}

void run(fuzz::Input& input) {
  Fuzzed fuzzed;
  for (int i = 0; i < 32 && !input.empty(); ++i) fuzzed.step(input);
  fuzzed.finish();
}

}  // namespace
}  // namespace kms::sctp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An endpoint of the library has 4 kB at least, an association 100 kB.
  constexpr std::size_t kTagsInTimeWait = 2048;
  static const bool isWarm = [] {
    kms::fuzz::Input none(nullptr, 0);
    kms::sctp::run(none);
    return true;
  }();
  (void)isWarm;
  const std::size_t before = kms::sctp::heap();
  kms::fuzz::Input input(data, size);
  kms::sctp::run(input);
  const std::size_t allowed = before + kTagsInTimeWait;
  kms::fuzz::demand(kms::sctp::heap() <= allowed || kms::sctp::shrinksTo(allowed));
  return 0;
}
