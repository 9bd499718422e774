// What the protocol engines drop, by the reasons of drop-counters.hpp. They count for themselves;
// here it becomes the thread's and the endpoint's.
#pragma once

#include <kms/dtls/session.hpp>
#include <kms/ice/agent.hpp>
#include <kms/ice/turn.hpp>
#include <kms/router/drop-counters.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace kms::router {

template <typename Counters>
using DropTable = std::pair<std::uint64_t Counters::*, DropReason>;

inline constexpr std::array<DropTable<ice::Counters>, 7> kIceDrops{{
    {&ice::Counters::malformed, DropReason::kIceMalformed},
    {&ice::Counters::unknownUsername, DropReason::kIceUnknownUser},
    {&ice::Counters::badIntegrity, DropReason::kIceBadIntegrity},
    {&ice::Counters::unknownAttributes, DropReason::kIceUnknownAttribute},
    {&ice::Counters::strayResponses, DropReason::kIceStrayResponse},
    {&ice::Counters::asymmetricResponses, DropReason::kIceStrayResponse},
    {&ice::Counters::unwanted, DropReason::kIceRefused},
}};

inline constexpr std::array<DropTable<dtls::Counters>, 3> kDtlsDrops{{
    {&dtls::Counters::notDtls, DropReason::kDtlsMalformed},
    {&dtls::Counters::unexpected, DropReason::kDtlsWrongState},
    {&dtls::Counters::unverified, DropReason::kDtlsTooMany},
}};

inline constexpr std::array<DropTable<ice::TurnCounters>, 4> kRelayDrops{{
    {&ice::TurnCounters::malformed, DropReason::kRelayMalformed},
    {&ice::TurnCounters::badIntegrity, DropReason::kRelayMalformed},
    {&ice::TurnCounters::unknownPeer, DropReason::kRelayNotPermitted},
    {&ice::TurnCounters::notPermitted, DropReason::kRelayNotPermitted},
}};

/// Counts into `drops` what an engine has dropped since its counters were `before`.
template <typename Drops, typename Counters, std::size_t kSize>
void addDrops(Drops&& drops, const std::array<DropTable<Counters>, kSize>& table,
              const Counters& now, const Counters& before) {
  for (const auto& [counter, reason] : table) {
    const std::uint64_t news = now.*counter - before.*counter;
    if (news > 0) drops(reason, news);
  }
}

}  // namespace kms::router
