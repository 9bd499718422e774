#include "objects/gstreamer-filter.hpp"

#include <utility>

namespace kms::filters {

GStreamerFilter::GStreamerFilter(host::Context context, const Value& params)
    : ObjectBase(context),
      m_element(params.at("command").text(),
                filterTypeFromText(params.get<std::string>("filterType", "AUTODETECT"))),
      m_filter(std::make_shared<gst::FrameFilter>(std::move(context), m_element.medium(),
                                                  m_element.get())) {
  addMethod("mediaType", [this](const Value&) { return Value(media::toText(m_element.medium())); });
  addMethod("setElementProperty", [this](const Value& args) {
    m_element.setProperty(args.at("name").text(), args.at("value").text());
    return Value();
  });
  m_filter->start();
}

GStreamerFilter::~GStreamerFilter() = default;

std::shared_ptr<media::Stream> GStreamerFilter::source(media::Medium medium) {
  return medium == m_element.medium() ? m_filter->stream() : nullptr;
}

media::Sink* GStreamerFilter::sink(media::Medium medium) {
  return medium == m_element.medium() ? this : nullptr;
}

List GStreamerFilter::elements() const {
  return m_filter->elements();
}

std::string GStreamerFilter::dot(int details) const {
  return m_filter->dot(details);
}

void GStreamerFilter::setSource(std::shared_ptr<media::Stream> source) {
  m_filter->setSource(source);
}

void GStreamerFilter::close(host::Completion completion) {
  m_filter->close([completion] { completion.resolve(); });
}

}  // namespace kms::filters
