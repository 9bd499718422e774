#include <kms/base/error.hpp>
#include <kms/gst/element-filter.hpp>
#include <kms/gst/properties.hpp>

#include <utility>

namespace kms::gst {

namespace {

// One element as it is, several in a bin with a pad at either end.
ElementPtr make(const std::string& description) {
  GError* failure = nullptr;
  const auto flags = static_cast<GstParseFlags>(GST_PARSE_FLAG_FATAL_ERRORS |
                                                GST_PARSE_FLAG_NO_SINGLE_ELEMENT_BINS);
  auto element = ElementPtr::sink(
      gst_parse_bin_from_description_full(description.c_str(), TRUE, nullptr, flags, &failure));
  const ErrorPtr error(failure);
  if (element && !error) return element;
  throw Error(ErrorCode::kNotAvailable, "filter element '" + description + "' cannot be made: " +
                                            (error ? error->message : "it is empty"));
}

}  // namespace

ElementFilter::ElementFilter(host::Context context, const Value& params)
    : ObjectBase(context),
      m_medium(media::mediumFromText(params.at("medium").text())),
      m_element(make(params.at("description").text())) {
  const Value& properties = params.get("properties");
  if (!properties.isNull()) setProperties(m_element.get(), properties.map());
  m_filter =
      std::make_shared<FrameFilter>(std::move(context), m_medium, m_element.get(),
                                    [this](const GstStructure* message) { emitMessage(message); });
  addMethod("setProperties", [this](const Value& args) {
    setProperties(m_element.get(), args.map());
    return Value();
  });
  addMethod("getProperties", [this](const Value& args) {
    Map values;
    for (const Value& name : args.at("names").list()) {
      values.emplace(name.text(), getProperty(m_element.get(), name.text()));
    }
    return Value(std::move(values));
  });
  m_filter->start();
}

void ElementFilter::emitMessage(const GstStructure* message) const {
  ObjectBase::context().emit(
      "elementMessage", {{"name", gst_structure_get_name(message)}, {"fields", fieldsOf(message)}});
}

std::shared_ptr<media::Stream> ElementFilter::source(media::Medium medium) {
  return medium == m_medium ? m_filter->stream() : nullptr;
}

media::Sink* ElementFilter::sink(media::Medium medium) {
  return medium == m_medium ? this : nullptr;
}

void ElementFilter::close(host::Completion completion) {
  m_filter->close([completion] { completion.resolve(); });
}

}  // namespace kms::gst
