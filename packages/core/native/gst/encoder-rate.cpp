#include "gst/encoder-rate.hpp"

#include <algorithm>
#include <utility>

namespace kms::gst {

namespace {

// A change of 7 % is worth reconfiguring an encoder (api.md B5).
bool isNearly(std::uint64_t one, std::uint64_t other) {
  const std::uint64_t apart = std::max(one, other) - std::min(one, other);
  return apart * 100 <= one * 7;
}

}  // namespace

void EncoderRate::setLimits(EncoderLimits limits) {
  m_limits = limits;
  m_rate = 0;
}

std::optional<std::uint64_t> EncoderRate::update(std::uint64_t viewers, std::uint64_t origin) {
  const bool isBoth = viewers != 0 && origin != 0;
  const std::uint64_t known = isBoth ? std::min(viewers, origin) : std::max(viewers, origin);
  std::uint64_t rate = known != 0 ? known : m_limits.initial;
  if (rate == 0) return std::nullopt;
  if (m_limits.most != 0) rate = std::min(rate, m_limits.most);
  rate = std::max({rate, m_limits.least, kLeast});
  if (m_rate != 0 && isNearly(m_rate, rate)) return std::nullopt;
  m_rate = rate;
  return rate;
}

std::uint64_t OriginMeter::update(std::uint64_t bytes, double seconds) {
  const std::uint64_t before = std::exchange(m_bytes, bytes);
  const std::uint64_t came = bytes >= before ? bytes - before : bytes;  // less: counted anew
  if (seconds <= 0 || came == 0) return m_mean;                         // a pause says nothing
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(came) * 8 / seconds);
  m_mean = m_mean == 0 ? rate : (m_mean * 7 + rate) / 8;
  return m_mean;
}

}  // namespace kms::gst
