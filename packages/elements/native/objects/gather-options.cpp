#include "gather-options.hpp"

#include <kms/base/error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace kms::elements {

namespace {

constexpr std::int64_t kMaxPort = 65535;
constexpr std::pair<std::string_view, router::TurnServer::Transport> kTransports[] = {
    {"udp", router::TurnServer::Transport::Udp},
    {"tcp", router::TurnServer::Transport::Tcp},
    {"tls", router::TurnServer::Transport::Tls}};

[[noreturn]] void fail(std::string_view name, const std::string& value) {
  throw Error(ErrorCode::kIllegalParam, std::string(name) + ": '" + value + "' is not valid");
}

Address readIp(std::string_view name, const std::string& text, std::uint16_t port = 0) {
  const auto address = Address::parse(text, port);
  if (!address) fail(name, text);
  return *address;
}

Address readServer(std::string_view name, const Value& value) {
  const auto port = value.at("port").as<std::int64_t>();
  if (port < 1 || port > kMaxPort) fail(name, std::to_string(port));
  return readIp(name, value.at("ip").text(), static_cast<std::uint16_t>(port));
}

router::TurnServer readTurnServer(const Value& value) {
  router::TurnServer server;
  server.address = readServer("turnServer", value);
  server.username = value.at("username").text();
  server.password = value.at("password").text();
  const std::string& wanted = value.at("transport").text();
  for (const auto& [word, transport] : kTransports) {
    if (word != wanted) continue;
    server.transport = transport;
    return server;
  }
  fail("turnServer.transport", wanted);
}

}  // namespace

router::GatherOptions readGatherOptions(const Value& value) {
  router::GatherOptions options;
  options.tcp = value.get<bool>("tcp", true);
  if (const Value& names = value.get("interfaces"); !names.isNull()) {
    for (const Value& name : names.list()) options.interfaces.push_back(name.text());
  }
  if (const Value& ip = value.get("externalIPv4"); !ip.isNull()) {
    options.externalIPv4 = readIp("externalIPv4", ip.text());
  }
  if (const Value& ip = value.get("externalIPv6"); !ip.isNull()) {
    options.externalIPv6 = readIp("externalIPv6", ip.text());
  }
  if (const Value& server = value.get("stunServer"); !server.isNull()) {
    options.stunServer = readServer("stunServer", server);
  }
  if (const Value& server = value.get("turnServer"); !server.isNull()) {
    options.turnServer = readTurnServer(server);
  }
  return options;
}

}  // namespace kms::elements
