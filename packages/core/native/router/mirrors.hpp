// What one I/O thread shares with the others: mirrors of their producers here, and of its there.
#pragma once

#include "router/mirror-exports.hpp"
#include "router/mirror-imports.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace kms::router {

/// One direction between two threads.
struct MirrorWay {
  MirrorWay(io::IoThread& from, io::IoThread& to, Environment& environment)
      : link{from, to}, exports(link, imports), imports(link, exports, environment) {}

  MirrorLink link;
  MirrorExports exports;
  MirrorImports imports;
};

/// The ways from and to one thread. Lives on it; ways are added before it starts.
class Mirrors {
 public:
  /// A way from the thread of `origin` to this one.
  void addImport(const Environment& origin, MirrorImports& imports) {
    m_imports.push_back({&origin, &imports});
  }
  void addExport(MirrorExports& exports) { m_exports.push_back(&exports); }

  /// See MirrorImports::mirrorOf. Throws Error 40004 when there is no way from the origin's thread.
  [[nodiscard]] std::shared_ptr<Producer> of(const std::shared_ptr<Producer>& origin);
  /// Takes what has come from other threads, and back from them. Once a round.
  void exchange();
  void close();

  /// Packets lent to other threads, and those for which there was no room.
  [[nodiscard]] std::uint64_t lent() const noexcept;
  [[nodiscard]] std::uint64_t dropped() const noexcept;

 private:
  struct Import {
    const Environment* origin;
    MirrorImports* imports;
  };

  std::vector<Import> m_imports;
  std::vector<MirrorExports*> m_exports;
};

/// `producer` itself, or its mirror if it lives on another thread than `here`; null for null. On
/// the thread of `here`. Throws Error 40004 when there is no way between the two.
[[nodiscard]] std::shared_ptr<Producer> localProducer(Environment& here,
                                                      std::shared_ptr<Producer> producer);

}  // namespace kms::router
