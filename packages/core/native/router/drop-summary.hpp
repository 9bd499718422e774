// What an I/O thread dropped lately, as text for the log.
#pragma once

#include <kms/router/drop-counters.hpp>

#include <string>

namespace kms::router {

class DropSummary {
 public:
  /// What was counted since the last call: "reason=packets ...", in the order of the reasons; empty
  /// when nothing was.
  [[nodiscard]] std::string next(const DropCounters& counters);

 private:
  DropCounts m_told;
};

}  // namespace kms::router
