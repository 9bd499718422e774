#include "network/network.hpp"
#include "testing/node-server.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>

namespace kms::client {
namespace {

const std::string kScript = KMS_WS_SERVER;

// What a connection told, in order; next() waits for it.
class Told {
 public:
  ConnectionListener listener() {
    return {.opened = [this] { add("opened"); },
            .received = [this](const std::string& text) { add("received " + text); },
            .closed = [this](const std::string& reason) { add("closed " + reason); }};
  }
  std::string next() {
    std::unique_lock lock(m_mutex);
    m_added.wait(lock, [this] { return m_next < m_texts.size(); });
    return m_texts[m_next++];
  }

 private:
  void add(std::string text) {
    const std::scoped_lock lock(m_mutex);
    m_texts.push_back(std::move(text));
    m_added.notify_all();
  }

  std::mutex m_mutex;
  std::condition_variable m_added;
  std::vector<std::string> m_texts;
  std::size_t m_next = 0;
};

// A network with one connection.
class Wire {
 public:
  explicit Wire(const Options& options) : m_network(makeWebSocketNetwork(options)) {
    m_network->post(
        [this, options] { m_connection = m_network->connect(options, m_told.listener()); });
  }
  ~Wire() {
    release();
    m_network->stop();
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(const std::string& text) {
    m_network->post([this, text] { m_connection->send(text); });
  }
  void release() {
    m_network->post([this] { m_connection.reset(); });
  }
  std::string next() { return m_told.next(); }

 private:
  Told m_told;
  std::shared_ptr<Network> m_network;
  std::unique_ptr<Connection> m_connection;
};

Options at(const std::string& url) {
  Options options;
  options.url = url;
  return options;
}

TEST(WebSocketNetwork, CarriesTextsBothWaysInOrder) {
  NodeServer server({kScript});
  Wire wire(at("ws://127.0.0.1:" + server.line() + "/path"));
  EXPECT_EQ(wire.next(), "opened");
  const std::string large(300'000, 'x');
  for (const std::string& text : {std::string("one"), std::string("zwei \xc3\xa9"), large}) {
    wire.send(text);
  }
  EXPECT_EQ(wire.next(), "received one");
  EXPECT_EQ(wire.next(), "received zwei \xc3\xa9");
  EXPECT_EQ(wire.next(), "received " + large);
}

TEST(WebSocketNetwork, ClosesInOrderWithWhatWasSentBefore) {
  NodeServer server({kScript});
  Wire wire(at("ws://127.0.0.1:" + server.line()));
  wire.send("early");
  EXPECT_EQ(wire.next(), "opened");
  EXPECT_EQ(wire.next(), "received early");
  wire.release();
  EXPECT_EQ(server.line(), "closed 1000");
}

TEST(WebSocketNetwork, TellsOfTheEnd) {
  NodeServer server({kScript});
  const std::string url = "ws://127.0.0.1:" + server.line();
  Wire closed(at(url));
  closed.send("close");
  EXPECT_EQ(closed.next(), "opened");
  EXPECT_EQ(closed.next(), "closed closed by the server");
  Wire dead(at(url));
  dead.send("die");
  EXPECT_EQ(dead.next(), "opened");
  EXPECT_EQ(dead.next().substr(0, 7), "closed ");
}

TEST(WebSocketNetwork, SaysWhyItCannotOpen) {
  NodeServer server({kScript});
  const std::string port = server.line();
  EXPECT_EQ(Wire(at("ws://127.0.0.1:" + port + "/refuse")).next(),
            "closed the server refused the WebSocket with status 401 Unauthorized");
  EXPECT_EQ(Wire(at("ws://127.0.0.1:1")).next(), "closed Connection refused");
  EXPECT_EQ(Wire(at("ws://name.invalid")).next().substr(0, 7), "closed ");
  EXPECT_THROW(static_cast<void>(makeWebSocketNetwork(at("http://x"))), std::invalid_argument);
}

TEST(WebSocketNetwork, SendsTheToken) {
  NodeServer server({kScript});
  Options options = at("ws://127.0.0.1:" + server.line());
  options.token = "secret";
  Wire wire(options);
  wire.send("token");
  EXPECT_EQ(wire.next(), "opened");
  EXPECT_EQ(wire.next(), "received Bearer secret");
}

TEST(WebSocketNetwork, RunsTasksAndTimersOnItsThread) {
  const auto network = makeWebSocketNetwork(at("ws://127.0.0.1:1"));
  Told told;
  EXPECT_FALSE(network->isOnThread());
  std::unique_ptr<Timer> cancelled;
  std::unique_ptr<Timer> timer;
  network->post([&] {
    cancelled = network->after(Milliseconds(0), [&] { told.listener().received("cancelled"); });
    cancelled.reset();
    timer = network->after(Milliseconds(1), [&] {
      told.listener().received(network->isOnThread() ? "on thread" : "elsewhere");
    });
  });
  EXPECT_EQ(told.next(), "received on thread");
  network->stop();
  EXPECT_FALSE(network->post([] {}));
}

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(m_folder);
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2 -keyout " +
        m_key + " -out " + m_certificate + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  void TearDown() override { std::filesystem::remove_all(m_folder); }

  const std::string m_folder =
      std::filesystem::temp_directory_path() / ("kms-tls-" + std::to_string(getpid()));
  const std::string m_key = m_folder + "/key.pem";
  const std::string m_certificate = m_folder + "/certificate.pem";
};

TEST_F(Tls, ChecksTheServersCertificateAndName) {
  NodeServer server({kScript, m_certificate, m_key});
  const std::string port = server.line();
  Options options = at("wss://localhost:" + port);
  EXPECT_NE(Wire(options).next(), "opened");
  options.caFile = m_certificate;
  Wire trusted(options);
  trusted.send("hello");
  EXPECT_EQ(trusted.next(), "opened");
  EXPECT_EQ(trusted.next(), "received hello");
  options.url = "wss://127.0.0.1:" + port;
  EXPECT_NE(Wire(options).next(), "opened");
  options.verifiesCertificate = false;
  EXPECT_EQ(Wire(options).next(), "opened");
}

TEST_F(Tls, NamesAFileOfAuthoritiesThatItCannotRead) {
  Options options = at("wss://localhost");
  options.caFile = m_folder + "/none.pem";
  EXPECT_THROW(static_cast<void>(makeWebSocketNetwork(options)), std::invalid_argument);
}

}  // namespace
}  // namespace kms::client
