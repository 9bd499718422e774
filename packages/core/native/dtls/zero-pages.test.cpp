#include "zero-pages.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace kms::dtls {
namespace {

constexpr std::size_t kPages = 6;

class ZeroPagesTest : public testing::Test {
 protected:
  void SetUp() override {
    void* made = mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(made, MAP_FAILED);
    m_memory = {static_cast<std::uint8_t*>(made), size()};
    std::memset(made, 0, size());  // now they exist
  }
  void TearDown() override { munmap(m_memory.data(), size()); }

  [[nodiscard]] std::size_t size() const { return kPages * m_page; }
  /// Which pages there are, as `x` and `-`.
  [[nodiscard]] std::string pages() {
    std::array<unsigned char, kPages> there{};
    mincore(m_memory.data(), size(), there.data());
    std::string text;
    for (const unsigned char each : there) text += (each & 1U) != 0 ? 'x' : '-';
    return text;
  }

  std::size_t m_page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::span<std::uint8_t> m_memory;
};

TEST_F(ZeroPagesTest, givesBackWhatIsZero) {
  EXPECT_EQ(pages(), "xxxxxx");
  releaseZeroPages(m_memory);
  EXPECT_EQ(pages(), "------");
}

TEST_F(ZeroPagesTest, keepsPagesWithAnythingInThem) {
  m_memory[0] = 1;
  m_memory[3 * m_page - 1] = 2;
  m_memory[5 * m_page] = 3;
  releaseZeroPages(m_memory);
  EXPECT_EQ(pages(), "x-x--x");
  EXPECT_EQ(m_memory[0], 1);
  EXPECT_EQ(m_memory[3 * m_page - 1], 2);
  EXPECT_EQ(m_memory[5 * m_page], 3);
  EXPECT_EQ(m_memory[m_page], 0);
}

TEST_F(ZeroPagesTest, keepsPagesThatAreNotWhollyInIt) {
  releaseZeroPages(m_memory.subspan(1, 4 * m_page));
  EXPECT_EQ(pages(), "x---xx");
  releaseZeroPages(m_memory.subspan(0, 10));
  releaseZeroPages({});
  EXPECT_EQ(pages(), "x---xx");
}

}  // namespace
}  // namespace kms::dtls
