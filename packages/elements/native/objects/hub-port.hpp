// HubPort: where media enters and leaves a hub that mixes.
#pragma once

#include "objects/hub-core.hpp"

#include <kms/gst/flow-monitor.hpp>
#include <kms/host/object.hpp>

#include <map>
#include <memory>

namespace kms::elements {

/// The native class `HubPort`. Sinks for what its hub takes: decoded audio and video, data. Its
/// source is the audio that the hub mixes for it; what leaves all ports alike leaves the hub
/// itself.
///
/// params: {hub: id of the hub's native object}. No methods. Events: sourceFormat, flow, error.
/// Home: the GLib loop.
class HubPort final : public host::ObjectBase {
 public:
  /// Throws Error 40101 when there is no such hub.
  HubPort(host::Context context, const Value& params, const HubTable& hubs);
  ~HubPort() override;

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] media::Sink* sink(media::Medium medium) override;
  [[nodiscard]] List elements() const override;
  [[nodiscard]] std::string dot(int details) const override;
  void close(host::Completion completion) override;

 private:
  class Inlet;

  void emitFlow(media::Medium medium, const char* direction, bool flowing);

  std::shared_ptr<HubCore> m_hub;
  int m_port = 0;
  std::map<media::Medium, std::unique_ptr<Inlet>> m_inlets;
};

}  // namespace kms::elements
