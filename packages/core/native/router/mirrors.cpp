#include "router/mirrors.hpp"

#include <kms/base/error.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

[[noreturn]] void failElsewhere() {
  throw Error(ErrorCode::kConnect, "the source lives on an I/O thread that cannot be reached");
}

}  // namespace

std::shared_ptr<Producer> Mirrors::of(const std::shared_ptr<Producer>& origin) {
  const auto way = std::ranges::find(m_imports, &origin->environment(), &Import::origin);
  if (way == m_imports.end()) failElsewhere();
  return way->imports->mirrorOf(origin);
}

void Mirrors::exchange() {
  for (const Import& each : m_imports) each.imports->drain();
  for (MirrorExports* each : m_exports) each->collect();
}

void Mirrors::close() {
  for (const Import& each : m_imports) each.imports->close();
  for (MirrorExports* each : m_exports) each->close();
}

std::uint64_t Mirrors::lent() const noexcept {
  std::uint64_t sum = 0;
  for (const MirrorExports* each : m_exports) sum += each->lent();
  return sum;
}

std::uint64_t Mirrors::dropped() const noexcept {
  std::uint64_t sum = 0;
  for (const MirrorExports* each : m_exports) sum += each->dropped();
  return sum;
}

std::shared_ptr<Producer> localProducer(Environment& here, std::shared_ptr<Producer> producer) {
  if (!producer || &producer->environment() == &here) return producer;
  if (here.mirrors == nullptr) failElsewhere();
  return here.mirrors->of(producer);
}

}  // namespace kms::router
