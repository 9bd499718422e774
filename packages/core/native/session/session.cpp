#include "session/session.hpp"

#include <kms/gst/branch.hpp>
#include <kms/gst/element-filter.hpp>
#include <kms/log/gst-log.hpp>

#include <future>
#include <thread>
#include <utility>

namespace kms::session {

namespace {

// As GstDebugLevel.
constexpr int kInfo = 4;
constexpr int kDebug = 5;

/// The router knows nothing of GStreamer, whose log its lines go through.
router::LogSink routerLog() {
  static const log::Category category("KurentoRouter", "I/O threads and transports");
  return [](router::LogLevel level, std::string_view message, const std::source_location& where) {
    category.write(level == router::LogLevel::kInfo ? kInfo : kDebug, message, where);
  };
}

std::unique_ptr<router::Router> makeRouter(SessionConfig config, const Clock& clock) {
  router::RouterConfig router;
  router.threads = std::move(config.threads);
  router.interfaces = std::move(config.networkInterfaces);
  router.certificates = std::move(config.certificates);
  router.log = routerLog();
  auto made = std::make_unique<router::Router>(std::move(router), clock);
  made->certificates().prepare();
  return made;
}

std::unique_ptr<host::Object> makeBranch(host::Context context, const Value& params) {
  router::Router& router = context.services().router;
  const auto thread = static_cast<std::size_t>(params.at("ioThread").as<int>());
  gst::BranchPorts ports;
  ports.createFeed = [&router, thread](router::FeedConfig config) {
    return router.createFeed(thread, std::move(config));
  };
  ports.createTap = [&router, thread](router::TapConfig config) {
    return router.createTap(thread, std::move(config));
  };
  return std::make_unique<gst::Branch>(std::move(context), params, std::move(ports));
}

std::unique_ptr<host::Object> makeElementFilter(host::Context context, const Value& params) {
  return std::make_unique<gst::ElementFilter>(std::move(context), params);
}

}  // namespace

Session::Session(SessionConfig config, host::Outbox& outbox, host::EventSink onEvent)
    : m_runtime(std::make_unique<gst::Runtime>(m_clock)),
      m_router(makeRouter(std::move(config), m_clock)),
      m_services(std::make_unique<host::Services>(host::Services{m_clock, *m_router, *m_runtime})),
      m_host(std::make_unique<host::Host>(*m_services, outbox, std::move(onEvent))) {
  registerClasses();
}

Session::~Session() {
  // Without close: only when there are no objects, as in a constructor that failed later on.
  m_host.reset();
  m_runtime.reset();
  if (m_router) m_router->close();
}

void Session::registerClasses() {
  m_host->addClass("Branch", {&host::glibHome, &makeBranch});
  m_host->addClass("ElementFilter", {&host::glibHome, &makeElementFilter});
}

Value Session::info() const {
  List udpPorts;
  List tcpPorts;
  List counters;
  for (std::size_t thread = 0; thread < m_router->threadCount(); ++thread) {
    udpPorts.emplace_back(int{m_router->udpPort(thread)});
    tcpPorts.emplace_back(int{m_router->tcpPort(thread)});
    counters.emplace_back(m_router->counters(thread));
  }
  return Map{{"udpPorts", std::move(udpPorts)},
             {"tcpPorts", std::move(tcpPorts)},
             {"counters", std::move(counters)}};
}

void Session::close(std::function<void()> closed) {
  auto hostClosed = std::make_shared<std::promise<void>>();
  m_host->closeDirectly([hostClosed] { hostClosed->set_value(); });
  std::thread([self = shared_from_this(), hostClosed, closed = std::move(closed)] {
    hostClosed->get_future().wait();
    self->m_host.reset();
    self->m_runtime.reset();
    self->m_router->close();
    self->m_router.reset();
    closed();
  }).detach();
}

}  // namespace kms::session
