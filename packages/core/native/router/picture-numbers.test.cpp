#include <kms/router/picture-numbers.hpp>
#include <kms/rtp/vp8-descriptor.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace kms::router {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes picture(std::uint16_t id, std::uint8_t tl0) {
  return {
      0x90, 0xE0, static_cast<std::uint8_t>(0x80U | (id >> 8U)), static_cast<std::uint8_t>(id), tl0,
      0x00, 0x01};
}

rtp::Vp8Descriptor read(const Bytes& payload) {
  return rtp::Vp8Descriptor::parse(payload).value_or(rtp::Vp8Descriptor{});
}

class PictureNumbersTest : public ::testing::Test {
 protected:
  void begin(std::uint16_t id, std::uint8_t tl0) { m_numbers.begin(read(picture(id, tl0))); }
  rtp::Vp8Descriptor send(std::uint16_t id, std::uint8_t tl0, std::uint16_t skipped = 0) {
    Bytes payload = picture(id, tl0);
    const auto descriptor = read(payload);
    m_numbers.note(descriptor, skipped);
    if (m_numbers.changes(skipped)) m_numbers.rewrite(descriptor, skipped, payload);
    return read(payload);
  }

  PictureNumbers m_numbers;
};

TEST_F(PictureNumbersTest, theFirstSourceKeepsItsNumbers) {
  begin(500, 7);
  EXPECT_FALSE(m_numbers.changes(0));
  EXPECT_EQ(send(500, 7).pictureId, 500);
}

TEST_F(PictureNumbersTest, theNextSourceContinuesThem) {
  begin(0x7FFE, 255);
  send(0x7FFE, 255);
  send(0x7FFF, 255);
  begin(1234, 9);
  EXPECT_TRUE(m_numbers.changes(0));
  EXPECT_EQ(send(1234, 9).pictureId, 0);
  EXPECT_EQ(send(1235, 10).pictureId, 1);
  EXPECT_EQ(send(1236, 11).tl0PictureIndex, 2);
}

TEST_F(PictureNumbersTest, skippedPicturesLeaveNoGap) {
  begin(10, 1);
  send(10, 1);
  EXPECT_EQ(send(12, 2, 1).pictureId, 11);
  EXPECT_EQ(send(12, 2, 1).tl0PictureIndex, 2) << "TL0 indices count base pictures only";
}

TEST_F(PictureNumbersTest, aSourceWithoutNumbersIsLeftAlone) {
  begin(10, 1);
  send(10, 1);
  const Bytes plain{0x10, 0x00, 0x00};
  m_numbers.begin(read(plain));
  m_numbers.note(read(plain), 0);
  EXPECT_FALSE(m_numbers.changes(0));
}

}  // namespace
}  // namespace kms::router
