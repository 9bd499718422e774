// The way of SCTP packets over DTLS (RFC 8261) in a WebRtcTransport.
#include "router/web-rtc-transport-impl.hpp"

namespace kms::router {

void WebRtcTransport::Impl::negotiateData(const RemoteParameters& parameters) {
  if (!parameters.data) return;
  sctp::Config config;
  config.isDtlsClient = m_dtlsRole == dtls::Role::kClient;
  config.localPort = parameters.data->localPort;
  config.remotePort = parameters.data->port;
  config.maxMessageSize = parameters.data->maxMessageSize;
  m_data->negotiate(m_context.sctp(), config);
  if (m_dtls->state() == dtls::State::kConnected) connectData();
}

void WebRtcTransport::Impl::connectData() {
  m_data->connect(m_dtls->maxApplicationData(), [this](std::span<const std::uint8_t> packet) {
    m_dtls->sendApplicationData(packet);
  });
}

void WebRtcTransport::Impl::onApplicationData(std::span<const std::uint8_t> data) {
  m_data->receive(data);
}

}  // namespace kms::router
