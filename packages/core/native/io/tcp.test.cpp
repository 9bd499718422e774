#include <kms/base/error.hpp>
#include <kms/io/stream-socket.hpp>
#include <kms/io/tcp-listener.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <vector>

namespace kms::io {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;

/// Takes lines: everything up to a newline.
class Lines final : public StreamReceiver {
 public:
  void onConnected() override { connected.set_value(); }
  std::size_t onBytes(std::span<std::uint8_t> bytes) override {
    if (takesNothing) return 0;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] != '\n') continue;
      lines.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(taken),
                         bytes.begin() + static_cast<std::ptrdiff_t>(i));
      taken = i + 1;
      if (lines.size() == wanted) complete.set_value();
    }
    return taken;
  }
  void onClosed() override { closed.set_value(); }

  bool takesNothing = false;
  std::size_t wanted = 0;
  std::vector<std::string> lines;
  std::promise<void> connected;
  std::promise<void> complete;
  std::promise<void> closed;
};

bool happens(std::promise<void>& promise) {
  return promise.get_future().wait_for(kPatience) == std::future_status::ready;
}

std::span<const std::uint8_t> bytesOf(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Tcp : public ::testing::Test, public TcpAcceptor {
 protected:
  void SetUp() override {
    m_pair = bindTcpPair(0, false);
    m_pair.v4->attach(m_thread, *this);
    m_thread.start([] {});
  }
  void TearDown() override {
    m_thread.post([this] {
      m_pair.v4->detach();
      m_server.close();
      m_client.close();
    });
    m_thread.stop();
  }
  void onAccepted(FileDescriptor connection, const Address& local, const Address& remote) override {
    EXPECT_EQ(local, address());
    EXPECT_TRUE(remote.isLoopback());
    m_server.adopt(std::move(connection), m_thread, m_serverEnd);
    m_accepted.set_value();
  }
  [[nodiscard]] Address address() const { return *Address::parse("127.0.0.1", m_pair.v4->port()); }
  void onThread(std::function<void()> work) {
    std::promise<void> done;
    m_thread.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void connect() {
    onThread(
        [&] { ASSERT_TRUE(m_client.connect(address(), std::nullopt, m_thread, m_clientEnd)); });
    ASSERT_TRUE(happens(m_clientEnd.connected));
    ASSERT_TRUE(happens(m_accepted));
  }

  SystemClock m_clock;
  IoThread m_thread{m_clock, "tcp"};
  TcpListenerPair m_pair;
  StreamSocket m_server{64, 1024};
  StreamSocket m_client{64, 1024};
  Lines m_serverEnd;
  Lines m_clientEnd;
  std::promise<void> m_accepted;
};

TEST_F(Tcp, carriesBytesBothWaysWhateverTheirPieces) {
  m_serverEnd.wanted = 3;
  m_clientEnd.wanted = 1;
  connect();
  onThread([&] {
    EXPECT_TRUE(m_client.send(bytesOf("one\ntw")));
    m_client.flush();
    EXPECT_TRUE(m_client.send(bytesOf("o\n"), bytesOf("three\n")));
    m_client.flush();
    EXPECT_TRUE(m_server.send(bytesOf("back\n")));
    m_server.flush();
  });
  EXPECT_TRUE(happens(m_serverEnd.complete));
  EXPECT_TRUE(happens(m_clientEnd.complete));
  onThread([&] {
    EXPECT_EQ(m_serverEnd.lines, (std::vector<std::string>{"one", "two", "three"}));
    EXPECT_EQ(m_clientEnd.lines, (std::vector<std::string>{"back"}));
  });
}

TEST_F(Tcp, whatIsSentBeforeTheConnectionStandsWaits) {
  m_serverEnd.wanted = 1;
  onThread([&] {
    ASSERT_TRUE(m_client.connect(address(), std::nullopt, m_thread, m_clientEnd));
    EXPECT_TRUE(m_client.send(bytesOf("early\n")));
    m_client.flush();
  });
  EXPECT_TRUE(happens(m_serverEnd.complete));
}

TEST_F(Tcp, refusesWhatDoesNotFitAndNeverSendsAPart) {
  connect();
  onThread([&] {
    const std::string most(1000, 'x');
    EXPECT_TRUE(m_client.send(bytesOf(most)));
    EXPECT_FALSE(m_client.send(bytesOf(most)));
    EXPECT_FALSE(m_client.send(bytesOf(std::string(25, 'y'))));
    EXPECT_TRUE(m_client.send(bytesOf(std::string(24, 'z'))));
  });
}

TEST_F(Tcp, closesAPeerWhoseMessageIsLongerThanTheBuffer) {
  m_serverEnd.takesNothing = true;
  connect();
  onThread([&] {
    EXPECT_TRUE(m_client.send(bytesOf(std::string(64, 'x'))));
    m_client.flush();
  });
  EXPECT_TRUE(happens(m_serverEnd.closed));
  EXPECT_TRUE(happens(m_clientEnd.closed));
  onThread([&] {
    EXPECT_FALSE(m_client.isOpen());
    EXPECT_FALSE(m_client.send(bytesOf("late")));
  });
}

TEST_F(Tcp, tellsThatNobodyListens) {
  onThread([&] {
    m_pair.v4->detach();
    m_pair.v4.reset();
    m_pair = bindTcpPair(0, false);
    const Address nobody = address();
    m_pair.v4 = std::make_unique<TcpListener>(false, std::uint16_t{0});
    const bool isStarted = m_client.connect(nobody, std::nullopt, m_thread, m_clientEnd);
    if (!isStarted) m_clientEnd.closed.set_value();
  });
  EXPECT_TRUE(happens(m_clientEnd.closed));
}

TEST_F(Tcp, aPortThatIsTakenIsNamedInTheError) {
  try {
    const TcpListener again(false, m_pair.v4->port());
    FAIL() << "bound twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), 40009);
    EXPECT_NE(std::string(error.what()).find(std::to_string(m_pair.v4->port())), std::string::npos);
  }
}

}  // namespace
}  // namespace kms::io
