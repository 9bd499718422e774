#include <kms/io/loan.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace kms::io {
namespace {

PacketRef filled(PacketPool& pool, std::uint8_t value) {
  PacketRef packet = pool.allocate();
  packet->size = 10;
  packet->received = TimePoint(std::chrono::seconds(value));
  for (std::size_t i = 0; i < packet->size; ++i) packet->data[i] = value;
  return packet;
}

TEST(PacketLoan, aStandInShowsTheLendersBytes) {
  PacketPool pool(64);
  PacketLoan loan(16);
  PacketRef own = filled(pool, 3);
  const PacketRef standIn = loan.borrow(loan.lend(own));
  EXPECT_EQ(standIn->bytes().data(), own->bytes().data());
  EXPECT_EQ(standIn->size, 10U);
  EXPECT_EQ(standIn->received, own->received);
  own.reset();
  EXPECT_EQ(pool.inUse(), 1U) << "it is lent";
  EXPECT_EQ(standIn->bytes()[9], 3);
}

TEST(PacketLoan, thePacketComesBackWithTheLastReference) {
  PacketPool pool(64);
  PacketLoan loan(16);
  PacketRef one = loan.borrow(loan.lend(filled(pool, 1)));
  PacketRef two = one;
  one.reset();
  loan.collect();
  EXPECT_EQ(pool.inUse(), 1U);
  two.reset();
  EXPECT_EQ(pool.inUse(), 1U) << "the lender has not looked yet";
  loan.collect();
  EXPECT_EQ(pool.inUse(), 0U);
  EXPECT_EQ(loan.lent(), 0U);
}

TEST(PacketLoan, lendsNoMoreThanItsLimit) {
  PacketPool pool(128);
  PacketLoan loan(16);
  std::vector<PacketRef> borrowed;
  for (int i = 0; i < 16; ++i) borrowed.push_back(loan.borrow(loan.lend(filled(pool, 1))));
  const PacketRef more = filled(pool, 1);
  EXPECT_EQ(loan.lend(more), nullptr);
  borrowed.clear();
  loan.collect();
  EXPECT_EQ(pool.inUse(), 1U);
  const PacketRef again = loan.borrow(loan.lend(more));
  EXPECT_TRUE(again);
}

TEST(PacketLoan, packetsTravelForthAndBackBetweenTwoThreads) {
  constexpr int kCount = 20'000;
  PacketPool pool(256);
  PacketLoan loan(64);
  SpscRing<Packet*> forth(64);
  std::thread borrower([&] {
    std::vector<PacketRef> held(16);
    for (int i = 0; i < kCount;) {
      Packet** front = forth.front();
      if (front == nullptr) {
        std::this_thread::yield();
        continue;
      }
      held[static_cast<std::size_t>(i) % held.size()] = loan.borrow(*front);
      forth.pop();
      EXPECT_EQ(held[static_cast<std::size_t>(i) % held.size()]->bytes()[0],
                static_cast<std::uint8_t>(i));
      ++i;
    }
  });
  for (int i = 0; i < kCount;) {
    loan.collect();
    Packet** place = forth.next();
    Packet* lent =
        place == nullptr ? nullptr : loan.lend(filled(pool, static_cast<std::uint8_t>(i)));
    if (lent == nullptr) {
      std::this_thread::yield();
      continue;
    }
    *place = lent;
    forth.push();
    ++i;
  }
  borrower.join();
  loan.collect();
  EXPECT_EQ(pool.inUse(), 0U);
}

}  // namespace
}  // namespace kms::io
