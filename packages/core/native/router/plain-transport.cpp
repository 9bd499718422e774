#include "router/plain-stream.hpp"
#include "router/random.hpp"
#include "router/thread-context.hpp"

#include <kms/base/error.hpp>
#include <kms/io/interfaces.hpp>
#include <kms/router/plain-transport.hpp>
#include <kms/router/producer.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace kms::router {

using media::Medium;

namespace {

/// The first address of the family that others can reach, else one that at least this machine can.
std::string localIp(const ThreadContext& context, bool v6) {
  const auto isOfFamily = [&](const Address& address) { return address.isV6 == v6; };
  const auto usable = context.localAddresses({});
  const auto found = std::ranges::find_if(usable, isOfFamily);
  if (found != usable.end()) return found->ipText();
  for (const auto& [interface, address, isLoopback] : io::systemAddresses()) {
    if (isOfFamily(address)) return address.ipText();
  }
  throw Error(ErrorCode::kIllegalParam, v6 ? "useIpv6: this machine has no IPv6 address"
                                           : "this machine has no IPv4 address");
}

void checkDestination(const std::optional<Address>& destination, bool v6, const char* name) {
  if (!destination || (destination->isV6 == v6 && destination->port != 0)) return;
  throw Error(ErrorCode::kIllegalParam,
              std::string(name) + ": '" + destination->text() + "' cannot be sent to");
}

}  // namespace

class PlainTransport::Impl final : private Resident {
 public:
  Impl(ThreadContext& context, PlainTransportListener& listener, const PlainTransportConfig& config)
      : m_context(context),
        m_config(config),
        m_identity(RtpIdentity::make()),
        m_presence(listener),
        m_streams{{{context, Medium::kAudio, m_identity, listener, m_presence},
                   {context, Medium::kVideo, m_identity, listener, m_presence}}} {
    m_local = {localIp(context, config.v6), m_identity.cname,
               stream(Medium::kAudio).session().localSsrc(Medium::kAudio),
               stream(Medium::kVideo).session().localSsrc(Medium::kVideo)};
    context.addResident(*this);
  }
  ~Impl() override { close(); }

  [[nodiscard]] const PlainLocalParameters& localParameters() const { return m_local; }
  PlainPorts open(Medium medium) { return stream(medium).open(m_config.v6, m_config.ports); }
  void setRemote(const std::vector<PlainStreamParameters>& streams);
  [[nodiscard]] PlainTransportStats stats() const;
  [[nodiscard]] PlainStream& stream(Medium medium) {
    return m_streams[static_cast<std::size_t>(medium)];
  }
  [[nodiscard]] const PlainStream& stream(Medium medium) const {
    return m_streams[static_cast<std::size_t>(medium)];
  }
  void close();

 private:
  void onThreadEnding() override { close(); }

  ThreadContext& m_context;
  const PlainTransportConfig m_config;
  const RtpIdentity m_identity;
  MediaPresence m_presence;
  std::array<PlainStream, 2> m_streams;  // by medium
  PlainLocalParameters m_local;
  bool m_closed = false;
};

void PlainTransport::Impl::setRemote(const std::vector<PlainStreamParameters>& streams) {
  for (const PlainStreamParameters& each : streams) {
    checkDestination(each.rtp, m_config.v6, "streams.rtp");
    checkDestination(each.rtcp, m_config.v6, "streams.rtcp");
    if (!stream(each.stream.medium).isOpen()) {
      throw Error(ErrorCode::kIllegalParam,
                  "streams: no port is open for " + std::string(toText(each.stream.medium)));
    }
  }
  for (const Medium medium : media::kMedia) {
    const auto found = std::ranges::find(
        streams, medium, [](const PlainStreamParameters& each) { return each.stream.medium; });
    if (found == streams.end()) {
      stream(medium).shut();
    } else {
      stream(medium).configure(*found);
    }
  }
}

PlainTransportStats PlainTransport::Impl::stats() const {
  PlainTransportStats all;
  for (const PlainStream& each : m_streams) each.addTo(all);
  return all;
}

void PlainTransport::Impl::close() {
  if (std::exchange(m_closed, true)) return;
  for (PlainStream& each : m_streams) each.close();
  m_context.removeResident(*this);
}

// The public face.

PlainTransport::PlainTransport(ThreadContext& context, PlainTransportListener& listener,
                               const PlainTransportConfig& config)
    : m_impl(std::make_unique<Impl>(context, listener, config)) {}
PlainTransport::~PlainTransport() = default;
const PlainLocalParameters& PlainTransport::localParameters() const {
  return m_impl->localParameters();
}
PlainPorts PlainTransport::open(Medium medium) {
  return m_impl->open(medium);
}
void PlainTransport::setRemote(const std::vector<PlainStreamParameters>& streams) {
  m_impl->setRemote(streams);
}
void PlainTransport::setBandwidth(const BandwidthLimits& limits) {
  m_impl->stream(Medium::kVideo).session().setBandwidth(limits);
}
std::shared_ptr<Producer> PlainTransport::producer(Medium medium) const {
  return m_impl->stream(medium).session().producer(medium);
}
void PlainTransport::setSource(Medium medium, std::shared_ptr<Producer> producer) {
  m_impl->stream(medium).session().setSource(medium, std::move(producer));
}
void PlainTransport::requestKeyframe() {
  m_impl->stream(Medium::kVideo).session().requestKeyframe();
}
PlainTransportStats PlainTransport::stats() const {
  return m_impl->stats();
}
void PlainTransport::close() {
  m_impl->close();
}

}  // namespace kms::router
