// What the library keeps when sockets, and whole stacks, are gone.
#include "sctp/test-world.hpp"
#include "sctp/usr-socket.hpp"

#include <gtest/gtest.h>

#include <malloc.h>
#include <thread>

namespace kms::sctp {
namespace {

using namespace testing;

/// A socket whose peer is silent.
class Alone final : public SocketListener {
 public:
  explicit Alone(Stack& stack) : m_socket(stack, *this, {}, World::kMtu) {}

  void onPacket(std::span<const std::uint8_t>) override {}
  void onUp(std::uint16_t) override {}
  void onDown() override {}
  void onMessage(std::uint16_t, std::uint32_t, std::span<const std::uint8_t>) override {}
  [[nodiscard]] bool mayRead() override { return true; }
  void onTooLong() override {}
  void onPeerReset(std::span<const std::uint16_t>) override {}
  void onReset(std::span<const std::uint16_t>, bool) override {}
  void onWritable() override {}

 private:
  UsrSocket m_socket;
};

void openAndClose(World& world, int sockets) {
  for (int i = 0; i < sockets; ++i) {
    const Alone alone(world.stack);
    world.step();
  }
}

std::size_t heap() {
  return mallinfo2().uordblks;
}

TEST(Stack, KeepsNothingOfSocketsThatAreGone) {
  {
    World before;
  }
  World world;
  openAndClose(world, 200);
  constexpr std::size_t kTagsInTimeWait = 100'000;  // bytes, RFC 9260 5.3: for a minute
  const std::size_t allowed = heap() + kTagsInTimeWait;
  openAndClose(world, 2000);
  // The library's thread needs real time for the addresses that are gone.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (heap() > allowed && std::chrono::steady_clock::now() < end) {
    world.step();
    std::this_thread::yield();
  }
  EXPECT_LE(heap(), allowed);
}

TEST(Stack, GivesNoNumberTwice) {
  std::uintptr_t last = 0;
  for (int i = 0; i < 3; ++i) {
    World world;
    const auto before = last;
    const Alone alone(world.stack);
    for (last = before + 1; Stack::find(reinterpret_cast<void*>(last)) == nullptr; ++last) {
      ASSERT_LT(last, before + 100'000) << "another stack's numbers again";
    }
  }
}

}  // namespace
}  // namespace kms::sctp
