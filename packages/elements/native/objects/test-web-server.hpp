// A web server for tests: gives one body to whoever asks for "/media", 404 to others.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace kms::testing {

class WebServer {
 public:
  explicit WebServer(std::string body) : m_body(std::move(body)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* general = reinterpret_cast<sockaddr*>(&address);
    m_isUp = bind(m_socket, general, size) == 0 && listen(m_socket, 8) == 0 &&
             getsockname(m_socket, general, &size) == 0;
    m_port = ntohs(address.sin_port);
    if (m_isUp) m_thread = std::thread([this] { serve(); });
  }
  ~WebServer() {
    shutdown(m_socket, SHUT_RDWR);
    if (m_thread.joinable()) m_thread.join();
    ::close(m_socket);
  }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  [[nodiscard]] bool isUp() const { return m_isUp; }
  [[nodiscard]] std::string uri(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(m_port) + path;
  }

 private:
  void serve() {
    for (int peer = accept(m_socket, nullptr, nullptr); peer >= 0;
         peer = accept(m_socket, nullptr, nullptr)) {
      answer(peer);
      ::close(peer);
    }
  }
  void answer(int peer) const {
    std::string request;
    char buffer[2048];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto got = recv(peer, buffer, sizeof(buffer), 0);
      if (got <= 0) return;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    const bool isKnown = request.rfind("GET /media ", 0) == 0;
    const std::string body = isKnown ? m_body : "";
    const std::string reply =
        std::string("HTTP/1.1 ") + (isKnown ? "200 OK" : "404 Not Found") +
        "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body;
    for (std::size_t sent = 0; sent < reply.size();) {
      const auto more = send(peer, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) return;
      sent += static_cast<std::size_t>(more);
    }
  }

  const std::string m_body;
  const int m_socket = socket(AF_INET, SOCK_STREAM, 0);
  bool m_isUp = false;
  int m_port = 0;
  std::thread m_thread;
};

}  // namespace kms::testing
