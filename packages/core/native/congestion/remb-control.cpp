#include <kms/congestion/rate-control.hpp>
#include <kms/congestion/remb-control.hpp>

#include <algorithm>

namespace kms::congestion {

std::optional<std::uint64_t> RembEstimator::update(const ReceivedInterval& received,
                                                   const RembBounds& bounds) noexcept {
  const auto measured = static_cast<double>(received.bitrate);
  if (m_remb <= 0) {
    if (received.bitrate == 0) return std::nullopt;
    m_remb = measured;
    m_average = measured;
  }
  m_most = std::max(m_most, measured);
  m_average = (m_average * 7 + measured) / 8;
  noteLoss(received);
  if (m_lossRecord == 0) {
    grow();
  } else {
    onLoss();
  }
  if (bounds.most > 0) m_remb = std::min(m_remb, static_cast<double>(bounds.most));
  if (bounds.viewers > 0) m_remb = std::min(m_remb, static_cast<double>(bounds.viewers));
  m_remb =
      std::max({m_remb, static_cast<double>(bounds.least), static_cast<double>(kLeastBitrate)});
  return static_cast<std::uint64_t>(m_remb);
}

void RembEstimator::noteLoss(const ReceivedInterval& received) noexcept {
  const std::uint64_t before = m_packetRecord;
  const std::uint64_t all = before + received.packets;
  if (all == 0) return;
  m_lossRecord = static_cast<std::uint32_t>(
      (m_lossRecord * before + std::uint64_t{received.fractionLost} * received.packets) / all);
  const std::uint32_t top = std::max(m_params.packetsRecvIntervalTop, received.packets);
  m_packetRecord = static_cast<std::uint32_t>(std::min<std::uint64_t>(all, top));
}

void RembEstimator::grow() noexcept {
  const double base = std::max(m_remb, m_most);
  const double next =
      base < m_threshold ? base * (1 + m_params.exponentialFactor) : base + m_linearStep;
  m_remb = std::max(m_remb, std::min(next, 2 * m_most));
}

void RembEstimator::onLoss() noexcept {
  const double base = std::max(m_remb, m_average);
  m_threshold = base * m_params.thresholdFactor;
  m_linearStep = std::max(static_cast<double>(m_params.linealFactorMin),
                          (base - m_threshold) / m_params.linealFactorGrade);
  if (m_lossRecord < m_params.upLosses) {
    m_remb = std::min(m_remb, m_most);
    return;
  }
  m_remb = base * m_params.decrementFactor;
  m_lossRecord = 0;
  m_packetRecord = 0;
  m_most = 0;
  m_average = m_remb;
}

std::uint64_t RembHint::update(std::uint64_t received, std::uint64_t rembOnConnect,
                               std::uint64_t least, std::uint64_t most) noexcept {
  if (received < m_last || received >= rembOnConnect) m_probed = true;
  m_last = received;
  std::uint64_t hint = m_probed ? received : std::max(received, rembOnConnect);
  hint = std::max(hint, least);
  return most > 0 ? std::min(hint, most) : hint;
}

}  // namespace kms::congestion
