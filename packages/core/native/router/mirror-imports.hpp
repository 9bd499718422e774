// The mirrors' half of a MirrorLink.
#pragma once

#include "router/mirror-link.hpp"

#include <kms/router/producer.hpp>

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace kms::router {

class MirrorExports;

/// Mirrors of the producers of one other thread: producers of this thread that give their consumers
/// the same packets, without a second decryption or copy, and buffer them for retransmission on
/// their own. One for each origin, however many consumers; it goes when it has had none for a
/// while. Lives on the mirrors' thread.
class MirrorImports {
 public:
  MirrorImports(MirrorLink& link, MirrorExports& exports, Environment& environment);

  /// The mirror of `origin`, a producer of the other thread: made when there is none yet.
  [[nodiscard]] std::shared_ptr<Producer> mirrorOf(const std::shared_ptr<Producer>& origin);
  /// Gives the mirrors what has come.
  void drain();
  /// The origin's format has changed for the `number`th time.
  void onFormat(std::uint32_t id, std::uint32_t number, const media::Format& format);
  void onOriginClosed(std::uint32_t id);
  void close();

  [[nodiscard]] std::size_t size() const noexcept { return m_mirrors.size(); }

 private:
  struct Mirror {
    std::shared_ptr<Producer> origin;
    std::shared_ptr<Producer> producer;
    std::shared_ptr<MirrorHint> hint = std::make_shared<MirrorHint>(0);  // once a sweep
    std::uint32_t formats = 0;                                           // changes that were told
    bool wasIdle = false;                                                // at the last sweep
  };
  using Mirrors = std::unordered_map<std::uint32_t, Mirror>;

  [[nodiscard]] Mirror make(std::uint32_t id, const std::shared_ptr<Producer>& origin);
  [[nodiscard]] Mirror* find(std::uint32_t id);
  void remove(Mirrors::iterator mirror);
  void sweep();

  MirrorLink& m_link;
  MirrorExports& m_exports;
  Environment& m_environment;
  Mirrors m_mirrors;
  std::uint32_t m_lastId = 0;
  io::Timer m_sweepTimer;
};

}  // namespace kms::router
