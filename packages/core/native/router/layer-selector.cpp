#include <kms/router/layer-selector.hpp>

#include <algorithm>

namespace kms::router {

using std::chrono::seconds;

namespace {

constexpr Duration kForbearance = std::chrono::milliseconds(500);
constexpr Duration kPatience = seconds(2);
constexpr Duration kMostPatience = seconds(16);
/// A rise that lasted so long was none too many.
constexpr Duration kLasting = seconds(10);

/// Encoders vary by as much around their mean.
std::uint64_t tolerated(std::uint64_t budget) noexcept {
  return budget + budget / 20;
}
std::uint64_t withMargin(std::uint64_t rate) noexcept {
  return rate + rate / 10;
}

using Rates = std::span<const EncodingRate>;

/// The best one whose rate passes; else the least of all. Empty when none is live.
template <typename Passes>
std::optional<std::size_t> best(Rates encodings, Passes&& passes) noexcept {
  std::optional<std::size_t> found;
  std::optional<std::size_t> least;
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    const EncodingRate& each = encodings[i];
    if (!each.live) continue;
    if (!least || each.whole() < encodings[*least].whole()) least = i;
    if (passes(each.whole()) && (!found || each.whole() > encodings[*found].whole())) found = i;
  }
  return found ? found : least;
}

/// The entry of a choice; of its encoding the best when that many layers are not there.
std::size_t indexOf(Rates encodings, const LayerChoice& choice) noexcept {
  std::size_t found = 0;
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    if (encodings[i].encoding != choice.encoding) continue;
    found = i;
    if (encodings[i].spatial >= choice.spatial) break;
  }
  return found;
}

bool isLeast(Rates encodings, std::size_t index) noexcept {
  return std::ranges::none_of(encodings, [&](const EncodingRate& each) {
    return each.live && each.whole() < encodings[index].whole();
  });
}

}  // namespace

void LayerSelector::noteMove(bool up, TimePoint now) noexcept {
  if (up) {
    m_lastUp = now;
    return;
  }
  const bool lasted = !m_lastUp || now - *m_lastUp >= kLasting;
  m_patience = lasted ? kPatience : std::min(2 * m_patience, kMostPatience);
  m_noRiseBefore = now + m_patience;
}

bool LayerSelector::mustFall(std::uint64_t rate, std::uint64_t budget, TimePoint now) noexcept {
  if (budget < rate - rate / 4) return true;
  if (!m_overSince) m_overSince = now;
  return now - *m_overSince >= kForbearance;
}

std::size_t LayerSelector::chooseEncoding(Rates encodings, std::size_t current,
                                          std::optional<std::uint64_t> budget,
                                          TimePoint now) noexcept {
  const auto fits = [&](std::uint64_t rate) { return !budget || rate <= *budget; };
  const EncodingRate& present = encodings[current];
  if (!present.live) return best(encodings, fits).value_or(current);
  if (budget && present.whole() > tolerated(*budget)) {
    if (!mustFall(present.whole(), *budget, now)) return current;
    const std::size_t lower = best(encodings, fits).value_or(current);
    if (lower != current) noteMove(false, now);
    m_overSince.reset();
    return lower;
  }
  m_overSince.reset();
  if (now < m_noRiseBefore) return current;
  const std::size_t higher =
      best(encodings, [&](std::uint64_t rate) { return fits(withMargin(rate)); }).value_or(current);
  if (encodings[higher].whole() <= present.whole()) return current;
  noteMove(true, now);
  return higher;
}

LayerChoice LayerSelector::choose(Rates encodings, LayerChoice current,
                                  std::optional<std::uint64_t> budget, TimePoint now) noexcept {
  const std::size_t before = indexOf(encodings, current);
  const std::size_t index = chooseEncoding(encodings, before, budget, now);
  const EncodingRate& rates = encodings[index];
  LayerChoice choice;
  choice.encoding = rates.encoding;
  choice.spatial = rates.spatial;
  if (!budget || !isLeast(encodings, index)) return choice;
  const bool same = index == before;
  while (choice.temporal > 0) {
    const std::uint64_t rate = rates.upTo[choice.temporal];
    // What is sent already may go on a little above the budget; a further layer needs a margin.
    const bool rises = same && choice.temporal > current.temporal;
    if (!rises ? rate <= tolerated(*budget) : withMargin(rate) <= *budget) break;
    --choice.temporal;
  }
  return choice;
}

std::uint64_t LayerSelector::wanted(Rates encodings, LayerChoice current) noexcept {
  const EncodingRate& now = encodings[indexOf(encodings, current)];
  if (current.temporal < kTemporalLayers - 1 && now.upTo[current.temporal] < now.whole())
    return withMargin(now.whole());
  std::uint64_t next = 0;
  for (const EncodingRate& each : encodings) {
    if (!each.live || each.whole() <= now.whole()) continue;
    next = next == 0 ? each.whole() : std::min(next, each.whole());
  }
  return withMargin(next);
}

std::uint64_t LayerSelector::most(Rates encodings) noexcept {
  std::uint64_t found = 0;
  for (const EncodingRate& each : encodings) {
    if (each.live) found = std::max(found, each.whole());
  }
  return withMargin(found);
}

}  // namespace kms::router
