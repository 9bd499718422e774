#include <kms/io/spsc-ring.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

namespace kms::io {
namespace {

void put(SpscRing<int>& ring, int value) {
  *ring.next() = value;
  ring.push();
}

TEST(SpscRing, givesBackInOrderAndSaysWhenItIsFullOrEmpty) {
  SpscRing<int> ring(4);
  EXPECT_EQ(ring.front(), nullptr);
  for (int i = 0; i < 4; ++i) put(ring, i);
  EXPECT_EQ(ring.next(), nullptr);
  for (int i = 0; i < 4; ++i) {
    ASSERT_NE(ring.front(), nullptr);
    EXPECT_EQ(*ring.front(), i);
    ring.pop();
  }
  EXPECT_EQ(ring.front(), nullptr);
}

TEST(SpscRing, reusesItsPlaces) {
  SpscRing<int> ring(2);
  for (int i = 0; i < 100; ++i) {
    put(ring, i);
    ASSERT_EQ(*ring.front(), i);
    ring.pop();
  }
}

TEST(SpscRing, whatIsNotHandedOverIsNotSeen) {
  SpscRing<int> ring(2);
  *ring.next() = 7;
  EXPECT_EQ(ring.front(), nullptr);
}

TEST(SpscRing, carriesEachElementOnceFromThreadToThread) {
  constexpr std::uint64_t kCount = 200'000;
  SpscRing<std::uint64_t> ring(64);
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < kCount;) {
      std::uint64_t* place = ring.next();
      if (place == nullptr) {
        std::this_thread::yield();
        continue;
      }
      *place = i++;
      ring.push();
    }
  });
  std::uint64_t expected = 0;
  while (expected < kCount) {
    const std::uint64_t* front = ring.front();
    if (front == nullptr) {
      std::this_thread::yield();
      continue;
    }
    if (*front != expected) break;
    ++expected;
    ring.pop();
  }
  EXPECT_EQ(expected, kCount);
  while (expected < kCount) {  // lets the writer end after a failure
    if (ring.front() != nullptr) ring.pop(), ++expected;
  }
  writer.join();
}

}  // namespace
}  // namespace kms::io
