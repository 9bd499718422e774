// What the native objects of the hubs that mix are made of.
#pragma once

#include "objects/hub-core.hpp"

#include <kms/host/object.hpp>

#include <memory>

namespace kms::elements {

/// Shows a HubCore to the host: its sources are what leaves all ports alike. Subclasses add the
/// methods. Home: the GLib loop.
class HubObject : public host::ObjectBase {
 public:
  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] List elements() const override;
  [[nodiscard]] std::string dot(int details) const override;
  void close(host::Completion completion) override;

 protected:
  /// Enters the core into `hubs` until the object is closed; tells what the picture offers.
  HubObject(host::Context context, std::shared_ptr<HubCore> core, std::shared_ptr<HubTable> hubs);

 private:
  std::shared_ptr<HubCore> m_core;
  std::shared_ptr<HubTable> m_hubs;
};

}  // namespace kms::elements
