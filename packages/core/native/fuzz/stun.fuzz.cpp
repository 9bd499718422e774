// STUN: whatever comes to an ICE agent, from strangers and from a peer that knows the passwords.
//
// Input: a byte of settings, then packets (input.hpp). A packet whose first byte is odd is taken
// for the attributes of a signed message, else for the datagram itself.
#include "fuzz/input.hpp"
#include "ice/test-network.hpp"

namespace kms::ice {
namespace {

using fuzz::demand;
using fuzz::Input;

const Credentials kOurs{"ours", "our-password-our-password"};
const Credentials kTheirs{"them", "their-password-their-password"};
const Address kLocal = test::at("192.0.2.1", 5000);
const Address kRemote = test::at("198.51.100.7", 6000);

class Fuzzed final : public AgentListener {
 public:
  explicit Fuzzed(std::uint8_t settings) {
    Config config;
    config.local = kOurs;
    config.role = (settings & 1U) != 0 ? Role::Controlling : Role::Controlled;
    config.tieBreaker = 1000;
    config.random = test::seeded(5);
    m_agent = std::make_unique<Agent>(config, m_clock, *this);
    m_agent->setLocalCandidates({test::host(kLocal)});
    if ((settings & 2U) != 0) m_agent->setRemoteCredentials(kTheirs.ufrag, kTheirs.pwd);
    if ((settings & 4U) != 0) m_agent->addRemoteCandidate(test::host(kRemote));
  }

  void take(ByteView datagram) {
    read(datagram);
    m_agent->handlePacket(datagram, {kLocal, kRemote});
    m_clock.advance(std::chrono::milliseconds(20));
    if (m_agent->nextDeadline() <= m_clock.now()) m_agent->onTimer();
  }

  /// The attributes in `bytes`, in a message that the other side could have sent.
  void takeSigned(ByteView bytes) {
    Input input(bytes.data(), bytes.size());
    const auto kind = static_cast<StunClass>((input.byte() >> 1U) & 3U);
    TransactionId id = m_lastId;
    if ((input.byte() & 1U) != 0) id[11] = input.byte();
    StunWriter writer(kind, kStunBinding, id);
    if (kind == StunClass::Request)
      writer.add(StunAttribute::Username, std::string_view("ours:them"));
    while (!input.empty()) {
      const auto type = static_cast<StunAttribute>(input.word());
      writer.add(type, input.bytes(input.byte()));
    }
    writer.sign(kind == StunClass::Request ? kOurs.pwd : kTheirs.pwd);
    writer.addFingerprint();
    take(writer.bytes());
  }

 private:
  static void read(ByteView datagram) {
    fuzz::use(usernameFragment(datagram));
    fuzz::use(transactionTag(datagram));
    const auto message = StunMessage::parse(datagram);
    if (!message) return;
    demand(isStun(datagram));
    fuzz::use(message->mappedAddress());
    fuzz::use(message->error());
    fuzz::use(message->text(StunAttribute::Username));
    fuzz::use(message->number32(StunAttribute::Priority));
    fuzz::use(message->number64(StunAttribute::IceControlled));
    fuzz::use(message->integrity(kOurs.pwd));
    fuzz::use(message->fingerprint());
    demand(message->unknownRequired().size() <= 8);
  }

  void onSend(ByteView packet, const Path&) override {
    demand(isStun(packet) && packet.size() <= kStunMaxSize);
    if (const auto message = StunMessage::parse(packet)) m_lastId = message->transactionId();
  }
  void onStateChanged(State) override {}
  void onSelectedPair(const SelectedPair&) override {}
  void onConsentLost() override {}

  ManualClock m_clock;
  TransactionId m_lastId{};  // of the last check of ours: what a response must bear
  std::unique_ptr<Agent> m_agent;
};

}  // namespace
}  // namespace kms::ice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  kms::ice::Fuzzed agent(input.byte());
  for (int i = 0; i < 16 && !input.empty(); ++i) {
    const auto packet = input.packet();
    if (!packet.empty() && (packet[0] & 1U) != 0) {
      agent.takeSigned(packet);
    } else {
      agent.take(packet);
    }
  }
  return 0;
}
