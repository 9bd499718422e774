#include "session-impl.hpp"

#include <kms/dtls/session.hpp>

namespace kms::dtls {

Session::Session(const Certificate& certificate, Role role, const Clock& clock,
                 SessionListener& listener, const Options& options)
    : m_impl(std::make_unique<Impl>(certificate, role, clock, listener, options)) {}

Session::~Session() = default;

void Session::setRemoteFingerprint(std::string_view algorithm, std::string_view hex) {
  m_impl->setFingerprint(parseFingerprint(algorithm, hex));
}

void Session::start() {
  m_impl->start();
}
void Session::handlePacket(std::span<const std::uint8_t> packet) {
  m_impl->handlePacket(packet);
}
std::optional<TimePoint> Session::nextDeadline() const {
  return m_impl->deadline();
}
void Session::onTimer() {
  m_impl->onTimer();
}
bool Session::sendApplicationData(std::span<const std::uint8_t> data) {
  return m_impl->send(data);
}
std::size_t Session::maxApplicationData() const {
  return m_impl->maxApplicationData();
}
void Session::close() {
  m_impl->close();
}
std::optional<CertificateInfo> Session::remoteCertificate() const {
  return m_impl->remoteCertificate();
}
State Session::state() const {
  return m_impl->state();
}
const Counters& Session::counters() const {
  return m_impl->counters();
}

}  // namespace kms::dtls
