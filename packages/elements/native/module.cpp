// What the media worker loads: the native classes of the elements module.
#include "objects/alpha-blending.hpp"
#include "objects/composite.hpp"
#include "objects/hub-port.hpp"
#include "objects/mixer.hpp"
#include "objects/player-endpoint.hpp"
#include "objects/recorder-endpoint.hpp"
#include "objects/rtp-endpoint.hpp"
#include "objects/web-rtc-endpoint.hpp"
#include "objects/web-rtc-stream.hpp"

#include <kms/host/module.hpp>

#include <memory>
#include <utility>

namespace {

template <typename T>
std::unique_ptr<kms::host::Object> make(kms::host::Context context, const kms::Value& params) {
  return std::make_unique<T>(std::move(context), params);
}

// The hubs that mix, and their ports, which find them in a table that all share.
void addHubs(kms::host::Registrar& to) {
  using namespace kms;
  const auto hubs = std::make_shared<elements::HubTable>();
  to.addClass("HubPort", {&host::glibHome, [hubs](host::Context context, const Value& params) {
                            return std::make_unique<elements::HubPort>(std::move(context), params,
                                                                       *hubs);
                          }});
  to.addClass("Composite", {&host::glibHome, [hubs](host::Context context, const Value& params) {
                              return std::make_unique<elements::Composite>(std::move(context),
                                                                           params, hubs);
                            }});
  to.addClass("AlphaBlending", {&host::glibHome, [hubs](host::Context context, const Value&) {
                                  return std::make_unique<elements::AlphaBlending>(
                                      std::move(context), hubs);
                                }});
  to.addClass("Mixer", {&host::glibHome, [hubs](host::Context context, const Value&) {
                          return std::make_unique<elements::Mixer>(std::move(context), hubs);
                        }});
}

}  // namespace

extern "C" int kms_module_register(kms::host::Registrar* registrar) {
  using namespace kms;
  return host::registerModule(registrar, [](host::Registrar& to) {
    const auto transports = std::make_shared<elements::WebRtcTransports>();
    to.addClass("WebRtcEndpoint", elements::WebRtcEndpoint::nativeClass(transports));
    to.addClass("WebRtcStream", elements::WebRtcStream::nativeClass(transports));
    to.addClass("RtpEndpoint", elements::RtpEndpoint::nativeClass());
    to.addClass("PlayerEndpoint", {&host::glibHome, &make<elements::PlayerEndpoint>});
    to.addClass("RecorderEndpoint", {&host::glibHome, &make<elements::RecorderEndpoint>});
    addHubs(to);
  });
}
