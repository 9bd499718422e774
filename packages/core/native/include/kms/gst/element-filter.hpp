// The native side of a filter whose work GStreamer elements do.
#pragma once

#include <kms/gst/frame-filter.hpp>
#include <kms/host/object.hpp>

#include <memory>

namespace kms::gst {

/// The native class `ElementFilter`: elements that the author of a module chose, between a sink and
/// a source of raw frames of one medium.
///
/// params: {description: elements in gst-launch's words, medium: "audio"|"video", properties?:
/// {name: value}}. Methods: `setProperties {name: value, ...}`, all or none; `getProperties {names:
/// [text]}`
/// -> {name: value}; names as for PropertyChange. Events: sourceFormat, flow, error, and
/// `elementMessage {name, fields}` for each message that one of the elements posts for the
/// application. Home: the GLib loop.
class KMS_API ElementFilter final : public host::ObjectBase, public media::Sink {
 public:
  /// Throws Error 40108 when an element is not there, 40001 for a property that is not there or
  /// cannot take its value.
  ElementFilter(host::Context context, const Value& params);

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] media::Sink* sink(media::Medium medium) override;
  [[nodiscard]] List elements() const override { return m_filter->elements(); }
  [[nodiscard]] std::string dot(int details) const override { return m_filter->dot(details); }
  void setSource(std::shared_ptr<media::Stream> source) override { m_filter->setSource(source); }
  void close(host::Completion completion) override;

 private:
  void emitMessage(const GstStructure* message) const;

  media::Medium m_medium;
  ElementPtr m_element;
  std::shared_ptr<FrameFilter> m_filter;
};

}  // namespace kms::gst
