// TURN and STUN servers: whatever they answer to a client with an allocation, over UDP or as a
// stream, and to a question for its address.
//
// Input: a byte of settings, then steps. A step: what is done, then what it is done with.
#include "fuzz/input.hpp"
#include "ice/test-network.hpp"
#include "router/stream-frames.hpp"

#include <kms/ice/stun-query.hpp>
#include <kms/ice/turn.hpp>

#include <openssl/evp.h>

namespace kms::ice {
namespace {

using fuzz::demand;
using fuzz::Input;
using test::Octets;

const Address kPeer = test::at("192.0.2.44", 6000);
const Octets kData(100, 7);

/// The long-term key of "user" with "password" at "realm".
std::string_view key() {
  static const std::string made = [] {
    std::array<unsigned char, 16> digest{};
    std::size_t length = digest.size();
    const std::string_view text = "user:realm:password";
    EVP_Q_digest(nullptr, "MD5", nullptr, text.data(), text.size(), digest.data(), &length);
    return std::string(digest.begin(), digest.end());
  }();
  return made;
}

TurnConfig configOf(std::uint8_t settings) {
  TurnConfig config;
  config.username = "user";
  config.password = "password";
  config.isReliable = (settings & 1U) != 0;
  config.isV6 = (settings & 2U) != 0;
  config.random = test::seeded(9);
  config.maxPeers = 4;
  return config;
}

class Fuzzed final : public TurnListener {
 public:
  explicit Fuzzed(std::uint8_t settings)
      : m_client(configOf(settings), m_clock, *this), m_query(TransactionId{1}, m_clock.now()) {
    m_client.start();
    if ((settings & 4U) == 0) return;
    challenge();
    if ((settings & 8U) != 0) allocate();
  }

  void step(Input& input) {
    switch (input.byte() % 6U) {
      case 0:
        return take(input.packet());
      case 1:
        return takeAnswer(input);
      case 2:
        return takeStream(input);
      case 3:
        fuzz::use(m_client.send(peerOf(input), kData));
        return;
      case 4:
        return m_client.bindChannel(peerOf(input));
      default:
        return pass(std::chrono::seconds(input.byte() * 4));
    }
  }

 private:
  static Address peerOf(Input& input) {
    Address peer = kPeer;
    peer.ip[3] = input.byte();
    return peer;
  }

  void take(ByteView packet) {
    const bool wasDone = m_query.isDone();
    const bool isTaken = m_query.handlePacket(packet);
    demand(!isTaken || (!wasDone && m_query.isDone()));
    const auto data = m_client.handlePacket(packet);
    if (!data) return;
    // What the peer sent lies within what the server sent.
    const std::uint8_t* end = packet.data() + packet.size();
    demand(data->data.empty() ||
           (data->data.data() >= packet.data() && data->data.data() + data->data.size() <= end));
  }

  /// Any attributes, in an answer to the latest request, signed or not.
  void takeAnswer(Input& input) {
    const std::uint8_t kind = input.byte();
    const auto messageClass = (kind & 1U) != 0 ? StunClass::Error : StunClass::Success;
    const bool isOfQuery = (kind & 2U) != 0;
    StunWriter writer(messageClass, isOfQuery ? kStunBinding : m_lastMethod,
                      isOfQuery ? TransactionId{1} : m_lastId);
    for (int count = input.byte() % 8U; count > 0; --count) {
      const auto type = static_cast<StunAttribute>(input.word());
      writer.add(type, input.bytes(input.byte()));
    }
    if ((kind & 4U) != 0) writer.sign(key());
    if ((kind & 8U) != 0) writer.addFingerprint();
    take(writer.bytes());
  }

  /// As if it came over TCP, in two parts.
  void takeStream(Input& input) {
    const Octets bytes = input.packet();
    const std::size_t first = input.word();
    std::size_t begin = 0;
    for (const std::size_t end : {std::min(first, bytes.size()), bytes.size()}) {
      const auto taken = router::takeTurnMessages(
          ByteView(bytes).subspan(begin, end - begin), [&](ByteView message) {
            demand(!message.empty() && message.size() <= kStunMaxSize);
            take(message);
            return true;
          });
      if (!taken) return;
      begin += *taken;
      demand(begin <= end);
    }
  }

  void pass(Duration time) {
    const TimePoint end = m_clock.now() + time;
    for (int rounds = 0; m_client.nextDeadline() <= end; ++rounds) {
      demand(rounds < 10'000);  // no spinning
      if (m_client.nextDeadline() > m_clock.now())
        m_clock.advance(m_client.nextDeadline() - m_clock.now());
      m_client.onTimer();
    }
    m_clock.advance(end - m_clock.now());
    fuzz::use(m_query.onTimer(m_clock.now()));
  }

  void challenge() {
    StunWriter writer(StunClass::Error, kTurnAllocate, m_lastId);
    writer.addError(401, "Unauthorized");
    writer.add(StunAttribute::Realm, std::string_view("realm"));
    writer.add(StunAttribute::Nonce, std::string_view("nonce"));
    fuzz::use(m_client.handlePacket(writer.bytes()));
  }
  void allocate() {
    StunWriter writer(StunClass::Success, kTurnAllocate, m_lastId);
    writer.addXorAddress(StunAttribute::XorRelayedAddress, test::at("198.51.100.9", 50000));
    writer.add32(StunAttribute::Lifetime, 600);
    writer.sign(key());
    fuzz::use(m_client.handlePacket(writer.bytes()));
    demand(m_client.relayed().has_value());
  }

  void onTurnSend(ByteView packet) override {
    demand(packet.size() <= kStunMaxSize);
    const auto message = StunMessage::parse(packet);
    if (!message || message->messageClass() != StunClass::Request) return;
    m_lastId = message->transactionId();
    m_lastMethod = message->method();
  }
  void onRelayed(const Address& relayed, const std::optional<Address>&) override {
    demand(relayed.port != 0 && !std::exchange(m_isRelayed, true));
  }
  void onAlternateServer(const Address& server) override { end(server.port != 0 && !m_isRelayed); }
  void onTurnFailed(const std::string& reason) override { end(!reason.empty()); }
  /// The last call, and only once.
  void end(bool holds) { demand(holds && !std::exchange(m_isOver, true)); }

  ManualClock m_clock;
  TransactionId m_lastId{};
  std::uint16_t m_lastMethod = 0;
  bool m_isRelayed = false;
  bool m_isOver = false;
  TurnClient m_client;
  StunQuery m_query;
};

}  // namespace
}  // namespace kms::ice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  kms::ice::Fuzzed fuzzed(input.byte());
  for (int i = 0; i < 24 && !input.empty(); ++i) fuzzed.step(input);
  return 0;
}
