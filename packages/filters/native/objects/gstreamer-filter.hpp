// GStreamerFilter: one GStreamer element, named by a command, between its sink and its source.
#pragma once

#include "objects/filter-element.hpp"

#include <kms/gst/frame-filter.hpp>
#include <kms/host/object.hpp>
#include <kms/media/stream.hpp>

#include <memory>

namespace kms::filters {

/// The native class `GStreamerFilter`. A sink and a source of raw frames of one medium.
///
/// params: {command, filterType: "AUTODETECT"|"AUDIO"|"VIDEO"}.
/// Methods: `mediaType {}` -> "audio"|"video", `setElementProperty {name, value}` (errors of api.md
/// B15). Events: sourceFormat, flow, error. Home: the GLib loop.
class GStreamerFilter final : public host::ObjectBase, public media::Sink {
 public:
  /// Throws Error 40001 when the command makes no filter.
  GStreamerFilter(host::Context context, const Value& params);
  ~GStreamerFilter() override;

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] media::Sink* sink(media::Medium medium) override;
  [[nodiscard]] List elements() const override;
  [[nodiscard]] std::string dot(int details) const override;
  void setSource(std::shared_ptr<media::Stream> source) override;
  void close(host::Completion completion) override;

 private:
  FilterElement m_element;
  std::shared_ptr<gst::FrameFilter> m_filter;
};

}  // namespace kms::filters
