// srtp-bench: nanoseconds per packet of each profile, thread CPU time. Not a test.
#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <vector>

namespace {

using kms::srtp::InboundSession;
using kms::srtp::Keys;
using kms::srtp::OutboundSession;
using kms::srtp::ProfileInfo;

constexpr std::size_t kHeader = 20;  // one-byte header extension of one word
constexpr std::size_t kPayload = 1180;
constexpr int kPackets = 200'000;
constexpr std::size_t kViewers = 100;

double threadNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Best of five runs: the machine is shared, and other work only ever adds time.
template <typename Body>
double bestOfFive(int packets, Body body) {
  double best = 1e18;
  for (int run = 0; run < 5; ++run) {
    const double start = threadNanoseconds();
    body();
    best = std::min(best, (threadNanoseconds() - start) / packets);
  }
  return best;
}

Keys makeKeys(const ProfileInfo& info) {
  std::vector<std::uint8_t> material(std::size_t{info.keyLength} + info.saltLength);
  std::iota(material.begin(), material.end(), std::uint8_t{1});
  return Keys::fromMaterial(info.profile, material).value();
}

struct Packet {
  std::array<std::uint8_t, kHeader> header{0x90, 96, 0, 0, 0,    0,    0, 0,
                                           0,    0,  0, 7, 0xbe, 0xde, 0, 1};
  std::array<std::uint8_t, kPayload> payload{};
  std::uint16_t sequence = 0;

  void next() {
    ++sequence;
    header[2] = static_cast<std::uint8_t>(sequence >> 8U);
    header[3] = static_cast<std::uint8_t>(sequence);
  }
};

double protect(const ProfileInfo& info, std::size_t viewers) {
  std::vector<OutboundSession> sessions;
  for (std::size_t i = 0; i < viewers; ++i) {
    sessions.emplace_back(makeKeys(info)).addSsrc(7);
  }
  Packet packet;
  std::array<std::uint8_t, 1500> out;
  return bestOfFive(kPackets, [&] {
    for (int i = 0; i < kPackets; i += static_cast<int>(viewers)) {
      packet.next();
      for (OutboundSession& session : sessions) {
        if (session.protectRtp(packet.header, packet.payload, out) == 0) {
          std::abort();
        }
      }
    }
  });
}

double unprotect(const ProfileInfo& info) {
  OutboundSession sender(makeKeys(info));
  InboundSession receiver(makeKeys(info));
  Packet packet;
  constexpr std::size_t kBatch = 1000;
  std::vector<std::array<std::uint8_t, 1500>> batch(kBatch);
  double best = 1e18;
  for (int run = 0; run < 50; ++run) {
    std::size_t length = 0;
    for (auto& buffer : batch) {
      packet.next();
      length = sender.protectRtp(packet.header, packet.payload, buffer);
    }
    const double start = threadNanoseconds();
    for (auto& buffer : batch) {
      if (!receiver.unprotectRtp(std::span(buffer).first(length))) {
        std::abort();
      }
    }
    best = std::min(best, (threadNanoseconds() - start) / kBatch);
  }
  return best;
}

}  // namespace

int main() {
  std::printf("%-26s %8s %10s %14s  (ns per %zu byte packet)\n", "profile", "protect", "unprotect",
              "100 sessions", kHeader + kPayload);
  for (const ProfileInfo& info : kms::srtp::profiles()) {
    std::printf("%-26.*s %8.0f %10.0f %14.0f\n", static_cast<int>(info.suiteName.size()),
                info.suiteName.data(), protect(info, 1), unprotect(info), protect(info, kViewers));
  }
  return 0;
}
