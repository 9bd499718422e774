// Options: how a Client connects and how long it waits for what.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace kms::client {

using Milliseconds = std::chrono::milliseconds;

/// Callbacks run on the client's I/O thread and must not wait for calls.
struct Options {
  /// ws:// or wss://.
  std::string url = "ws://127.0.0.1:8888/kurento";
  /// Session to join; where the server does not know it, it begins under this name. Empty: a new
  /// one.
  std::string sessionId{};
  /// Sent as `Authorization: Bearer <token>`; empty: nothing is sent.
  std::string token{};
  /// PEM file with the authorities to trust for wss; empty: the system's.
  std::string caFile{};
  /// Whether wss checks the server's certificate and name.
  bool verifiesCertificate = true;
  /// For the answer to a call.
  Milliseconds requestTimeout{20'000};
  /// For a connection, from the name's resolution to the session.
  Milliseconds connectTimeout{10'000};
  /// Between a ping's answer and the next ping.
  Milliseconds pingInterval{30'000};
  /// For a ping's answer; then the connection is taken for dead.
  Milliseconds pingTimeout{10'000};
  /// Before the attempts to connect again; the last one repeats. Empty: none is made.
  std::vector<Milliseconds> reconnectDelays{Milliseconds(500), Milliseconds(1'000),
                                            Milliseconds(2'000), Milliseconds(5'000)};
  /// The connection is lost and is being made again.
  std::function<void(const std::string& reason)> onDisconnected{};
  /// It is there again; false: the server no longer knew the session, all its objects are gone.
  std::function<void(bool isSameSession)> onReconnected{};
  /// What no call reports: handlers that throw, events of another shape, responses to nobody.
  std::function<void(const std::string& problem)> onProblem{};
};

}  // namespace kms::client
