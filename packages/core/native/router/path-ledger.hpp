// How many bytes went over each of the paths that were in use one after the other.
#pragma once

#include <kms/ice/agent.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kms::router {

struct PathBytes {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

/// Needs nothing of the packet path: what a transport's totals have grown by while a path was in
/// use counts as that path's.
class PathLedger {
 public:
  /// From now on packets go over `path`; `totals` are the transport's.
  void select(const ice::Path& path, const PathBytes& totals) {
    settle(totals);
    if (find(path) == m_entries.end()) {
      if (m_entries.size() == kMaxPaths) m_entries.erase(m_entries.begin());
      m_entries.push_back({path, {}});
    }
    m_current = path;
  }
  /// All that went over `path`.
  [[nodiscard]] PathBytes of(const ice::Path& path, const PathBytes& totals) const {
    const auto entry = std::ranges::find(m_entries, path, &Entry::path);
    if (entry == m_entries.end()) return {};
    if (path != m_current) return entry->bytes;
    return {entry->bytes.sent + totals.sent - m_settled.sent,
            entry->bytes.received + totals.received - m_settled.received};
  }

 private:
  static constexpr std::size_t kMaxPaths = 16;  // a peer that roams for days
  struct Entry {
    ice::Path path;
    PathBytes bytes;
  };

  std::vector<Entry>::iterator find(const ice::Path& path) {
    return std::ranges::find(m_entries, path, &Entry::path);
  }
  void settle(const PathBytes& totals) {
    const auto entry = find(m_current);
    if (entry != m_entries.end()) entry->bytes = of(m_current, totals);
    m_settled = totals;
  }

  std::vector<Entry> m_entries;
  ice::Path m_current;
  PathBytes m_settled;
};

}  // namespace kms::router
