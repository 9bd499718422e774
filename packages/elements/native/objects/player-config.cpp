#include "objects/player-config.hpp"

#include "objects/file-roots.hpp"

#include <kms/gst/ptr.hpp>

#include <algorithm>

namespace kms::elements {

namespace {

std::vector<std::string> texts(const Value& params, const char* name) {
  std::vector<std::string> all;
  const Value& given = params.get(name);
  if (given.isNull()) return all;
  for (const Value& one : given.list()) all.push_back(one.text());
  return all;
}

}  // namespace

PlayerConfig PlayerConfig::fromValue(const Value& params) {
  PlayerConfig config;
  config.uri = params.at("uri").text();
  config.networkCacheMs = params.get<int>("networkCache", 0);
  config.schemes = texts(params, "schemes");
  config.roots = texts(params, "roots");
  config.proxy = params.get<std::string>("proxy", "");
  config.rtspPorts = params.get<std::string>("rtspPorts", "");
  config.reconnects = params.get<bool>("reconnects", true);
  return config;
}

std::string PlayerConfig::scheme() const {
  const gst::StringPtr scheme(g_uri_parse_scheme(uri.c_str()));
  const gst::StringPtr lower(scheme ? g_ascii_strdown(scheme.get(), -1) : nullptr);
  return lower ? lower.get() : "";
}

bool PlayerConfig::isRtsp() const {
  return scheme().starts_with("rtsp");
}

bool PlayerConfig::isAllowed() const {
  const std::string own = scheme();
  if (!schemes.empty() && std::find(schemes.begin(), schemes.end(), own) == schemes.end()) {
    return false;
  }
  if (roots.empty()) return true;
  if (own != "file") return true;
  const gst::StringPtr path(g_filename_from_uri(uri.c_str(), nullptr, nullptr));
  return path && isWithin(path.get(), roots);
}

}  // namespace kms::elements
