#include "network/network.hpp"
#include "network/url.hpp"

// Boost 1.74 lacks this include (boost/asio/awaitable.hpp).
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

namespace kms::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxMessageBytes = 64U << 20U;
// For the other side to confirm that the connection is closed.
constexpr std::chrono::seconds kCloseTimeout{1};

using PlainStream = websocket::stream<beast::tcp_stream, false>;
using SecureStream = websocket::stream<beast::ssl_stream<beast::tcp_stream>, false>;

// How both kinds are opened: the one place where they differ.
struct Setup {
  Url url;
  Options options;
  std::shared_ptr<asio::ssl::context> tls;
};

PlainStream makeStream(asio::io_context& context, const Setup&, PlainStream*) {
  return PlainStream(context);
}
SecureStream makeStream(asio::io_context& context, const Setup& setup, SecureStream*) {
  return SecureStream(context, *setup.tls);
}

// One connection, kept alive by its own operations until the last has ended.
template <typename Stream>
class Socket final : public std::enable_shared_from_this<Socket<Stream>> {
 public:
  Socket(asio::io_context& context, const Setup& setup, ConnectionListener listener)
      : m_setup(setup),
        m_listener(std::move(listener)),
        m_resolver(context),
        m_stream(makeStream(context, setup, static_cast<Stream*>(nullptr))) {
    m_stream.set_option(timeouts(setup.options.connectTimeout));
    m_stream.read_message_max(kMaxMessageBytes);
    m_stream.text(true);
  }

  void open() {
    m_resolver.async_resolve(
        m_setup.url.host, m_setup.url.port,
        [self = this->shared_from_this()](error_code error, const tcp::resolver::results_type& to) {
          if (!self->failed(error)) self->connect(to);
        });
  }

  void send(std::string text) {
    if (m_isDetached || m_isEnded) return;
    m_queue.push_back(std::move(text));
    if (m_isOpen && m_queue.size() == 1) write();
  }

  // The owner is gone: nothing is told any more, the connection closes once all is written. The
  // listener stays: this may be called from within one of its functions.
  void detach() {
    m_isDetached = true;
    m_resolver.cancel();
    if (!m_isOpen) {
      beast::get_lowest_layer(m_stream).close();
    } else if (m_queue.empty()) {
      close();
    }
  }

 private:
  static websocket::stream_base::timeout timeouts(std::chrono::nanoseconds handshake) {
    return {.handshake_timeout = handshake,
            .idle_timeout = websocket::stream_base::none(),
            .keep_alive_pings = false};
  }

  void connect(const tcp::resolver::results_type& to) {
    beast::get_lowest_layer(m_stream).async_connect(
        to, [self = this->shared_from_this()](error_code error, const tcp::endpoint&) {
          if (!self->failed(error)) self->connected();
        });
  }

  void connected() {
    error_code ignored;
    beast::get_lowest_layer(m_stream).socket().set_option(tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, SecureStream>) {
      startTls();
    } else {
      upgrade();
    }
  }

  void startTls() {
    auto& tls = m_stream.next_layer();
    if (m_setup.options.verifiesCertificate) {
      tls.set_verify_callback(asio::ssl::host_name_verification(m_setup.url.host));
    }
    SSL_set_tlsext_host_name(tls.native_handle(), m_setup.url.host.c_str());
    tls.async_handshake(asio::ssl::stream_base::client,
                        [self = this->shared_from_this()](error_code error) {
                          if (!self->failed(error)) self->upgrade();
                        });
  }

  void upgrade() {
    m_stream.set_option(
        websocket::stream_base::decorator([token = m_setup.options.token](auto& request) {
          if (!token.empty()) request.set(beast::http::field::authorization, "Bearer " + token);
        }));
    m_stream.async_handshake(m_response, m_setup.url.authority, m_setup.url.target,
                             [self = this->shared_from_this()](error_code error) {
                               if (!self->refused(error)) self->opened();
                             });
  }

  void opened() {
    m_isOpen = true;
    if (m_isDetached) return close();
    read();
    m_listener.opened();
    if (!m_queue.empty()) write();
  }

  void read() {
    m_stream.async_read(m_buffer, [self = this->shared_from_this()](error_code error, std::size_t) {
      if (self->failed(error)) return;
      self->received();
      self->read();
    });
  }

  void received() {
    const std::string text = beast::buffers_to_string(m_buffer.data());
    m_buffer.consume(m_buffer.size());
    if (!m_isDetached) m_listener.received(text);
  }

  void write() {
    m_stream.async_write(asio::buffer(m_queue.front()),
                         [self = this->shared_from_this()](error_code error, std::size_t) {
                           if (self->failed(error)) return;
                           self->m_queue.pop_front();
                           if (!self->m_queue.empty()) return self->write();
                           if (self->m_isDetached) self->close();
                         });
  }

  void close() {
    m_stream.set_option(timeouts(kCloseTimeout));
    m_stream.async_close(websocket::close_code::normal,
                         [self = this->shared_from_this()](error_code) {
                           beast::get_lowest_layer(self->m_stream).close();
                         });
  }

  bool refused(error_code error) {
    if (error != websocket::error::upgrade_declined) return failed(error);
    end("the server refused the WebSocket with status " + std::to_string(m_response.result_int()) +
        " " + std::string(m_response.reason()));
    return true;
  }

  bool failed(error_code error) {
    if (error == websocket::error::closed) {
      end("closed by the server");
    } else if (error) {
      end(error.message());
    }
    return m_isEnded;
  }

  void end(const std::string& reason) {
    if (std::exchange(m_isEnded, true)) return;
    beast::get_lowest_layer(m_stream).close();
    if (!m_isDetached) m_listener.closed(reason);
  }

  const Setup m_setup;
  const ConnectionListener m_listener;
  tcp::resolver m_resolver;
  Stream m_stream;
  beast::flat_buffer m_buffer;
  websocket::response_type m_response;
  std::deque<std::string> m_queue;
  bool m_isOpen = false;
  bool m_isDetached = false;
  bool m_isEnded = false;
};

template <typename Stream>
class SocketConnection final : public Connection {
 public:
  explicit SocketConnection(std::shared_ptr<Socket<Stream>> socket) : m_socket(std::move(socket)) {}
  ~SocketConnection() override { m_socket->detach(); }
  SocketConnection(const SocketConnection&) = delete;
  SocketConnection& operator=(const SocketConnection&) = delete;
  void send(std::string text) override { m_socket->send(std::move(text)); }

 private:
  std::shared_ptr<Socket<Stream>> m_socket;
};

class SteadyTimer final : public Timer {
 public:
  SteadyTimer(asio::io_context& context, Milliseconds delay, std::function<void()> callback)
      : m_timer(context, delay) {
    m_timer.async_wait(
        [callback = std::move(callback), alive = std::weak_ptr(m_alive)](error_code e) {
          if (!e && !alive.expired()) callback();
        });
  }

 private:
  asio::steady_timer m_timer;
  // The timer may fire and be cancelled at once: then it counts as cancelled.
  std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

class WebSocketNetwork final : public Network {
 public:
  explicit WebSocketNetwork(Setup setup)
      : m_setup(std::move(setup)), m_work(m_context.get_executor()) {
    m_thread = std::thread([this] { m_context.run(); });
  }
  ~WebSocketNetwork() override { stop(); }
  WebSocketNetwork(const WebSocketNetwork&) = delete;
  WebSocketNetwork& operator=(const WebSocketNetwork&) = delete;

  bool post(std::function<void()> task) override {
    const std::scoped_lock lock(m_mutex);
    if (m_isStopped) return false;
    asio::post(m_context, std::move(task));
    return true;
  }
  [[nodiscard]] bool isOnThread() const override {
    return m_context.get_executor().running_in_this_thread();
  }
  [[nodiscard]] Time now() const override { return std::chrono::steady_clock::now(); }
  std::unique_ptr<Timer> after(Milliseconds delay, std::function<void()> callback) override {
    return std::make_unique<SteadyTimer>(m_context, delay, std::move(callback));
  }
  std::unique_ptr<Connection> connect(const Options&, ConnectionListener listener) override {
    if (m_setup.url.isSecure) return open<SecureStream>(std::move(listener));
    return open<PlainStream>(std::move(listener));
  }
  void stop() override {
    {
      const std::scoped_lock lock(m_mutex);
      if (std::exchange(m_isStopped, true)) return;
    }
    m_work.reset();
    m_thread.join();
  }

 private:
  template <typename Stream>
  std::unique_ptr<Connection> open(ConnectionListener listener) {
    auto socket = std::make_shared<Socket<Stream>>(m_context, m_setup, std::move(listener));
    socket->open();
    return std::make_unique<SocketConnection<Stream>>(std::move(socket));
  }

  const Setup m_setup;
  mutable asio::io_context m_context{1};
  asio::executor_work_guard<asio::io_context::executor_type> m_work;
  std::mutex m_mutex;
  bool m_isStopped = false;  // guarded by m_mutex
  std::thread m_thread;
};

std::shared_ptr<asio::ssl::context> makeTls(const Options& options) {
  auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  if (!options.verifiesCertificate) return tls;
  tls->set_verify_mode(asio::ssl::verify_peer);
  if (options.caFile.empty()) {
    tls->set_default_verify_paths();
    return tls;
  }
  try {
    tls->load_verify_file(options.caFile);
  } catch (const boost::system::system_error& error) {
    throw std::invalid_argument("cannot read certificates from " + options.caFile + ": " +
                                error.code().message());
  }
  return tls;
}

}  // namespace

std::shared_ptr<Network> makeWebSocketNetwork(const Options& options) {
  Setup setup{parseUrl(options.url), options, nullptr};
  if (setup.url.isSecure) setup.tls = makeTls(options);
  return std::make_shared<WebSocketNetwork>(std::move(setup));
}

}  // namespace kms::client
