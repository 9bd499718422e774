#include <kms/gst/pipeline.hpp>

namespace kms::gst {

namespace {

struct TypeOf {
  GQuark domain;
  int code;
  const char* type;
};

const char* typeOf(const GError& error) {
  const TypeOf table[] = {
      {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, "RESOURCE_ERROR_OPEN"},
      {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "RESOURCE_ERROR_OPEN"},
      {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE, "RESOURCE_ERROR_OPEN"},
      {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "RESOURCE_ERROR_WRITE"},
      {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "RESOURCE_ERROR_NO_SPACE_LEFT"},
      {GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "STREAM_ERROR_FAILED"},
      {GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, "STREAM_ERROR_DECODE"},
  };
  for (const TypeOf& row : table) {
    if (g_error_matches(&error, row.domain, row.code) != FALSE) return row.type;
  }
  return "UNEXPECTED_ELEMENT_ERROR";
}

}  // namespace

BusError BusError::fromMessage(GstMessage* message) {
  GError* error = nullptr;
  char* debug = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning(message, &error, &debug);
  } else {
    gst_message_parse_error(message, &error, &debug);
  }
  const ErrorPtr owned(error);
  const StringPtr text(debug);
  const char* source = GST_MESSAGE_SRC(message) == nullptr ? "" : GST_MESSAGE_SRC_NAME(message);
  return {typeOf(*error), error->code, g_quark_to_string(error->domain),
          error->message, source,      debug == nullptr ? "" : debug};
}

Map BusError::toEvent(const std::string& element) const {
  return {{"type", type},
          {"code", code},
          {"description", "Error code " + std::to_string(code) + ": " + message + ", source: " +
                              source + ", element: " + element + ", debug info: " + debug}};
}

}  // namespace kms::gst
