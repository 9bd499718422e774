// What a client and the configuration say about a player.
#pragma once

#include <kms/base/value.hpp>

#include <string>
#include <vector>

namespace kms::elements {

struct PlayerConfig {
  std::string uri;
  int networkCacheMs = 0;            ///< jitter buffer of RTSP sources
  std::vector<std::string> schemes;  ///< that may be opened, in lower case; empty: all
  std::vector<std::string> roots;    ///< folders in which files may be read; empty: everywhere
  std::string proxy;                 ///< URI through which HTTP sources are read; empty: directly
  std::string rtspPorts;             ///< "min-max" of the ports that RTP comes to; empty: any
  bool reconnects = true;            ///< RTSP sources that have no end, when they are lost

  /// Throws Error 40001 naming what is wrong.
  [[nodiscard]] static PlayerConfig fromValue(const Value& params);

  /// True when media must not name other addresses to read from, as playlists do.
  [[nodiscard]] bool isConfined() const { return !roots.empty() || !proxy.empty(); }
  [[nodiscard]] bool isRtsp() const;
  [[nodiscard]] bool isFile() const { return scheme() == "file"; }
  /// Whether the configuration lets the URI be opened. Blocks on the file system.
  [[nodiscard]] bool isAllowed() const;

 private:
  [[nodiscard]] std::string scheme() const;
};

}  // namespace kms::elements
