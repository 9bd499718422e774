#include "objects/filter-element.hpp"

#include <kms/base/error.hpp>

#include <gst/video/video.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace kms::filters {

using gst::CapsPtr;
using gst::ElementPtr;
using media::Medium;

namespace {

constexpr const char* kNotMade = "GStreamer element cannot be created";
constexpr const char* kNotOne = "Given command is not valid, only one element can be created";
constexpr const char* kNoMatch = "Given command is not valid, pad templates don't match";

Error refused(const std::string& why) {
  return {ErrorCode::kMarshall, why};
}

ElementPtr make(const std::string& command) {
  GError* failure = nullptr;
  GstElement* made =
      gst_parse_launch_full(command.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &failure);
  const gst::ErrorPtr error(failure);
  auto element = ElementPtr::sink(made);
  if (error) throw refused(std::string(kNotMade) + ": " + error->message);
  if (!element) throw refused(kNotMade);
  if (GST_IS_BIN(element.get())) throw refused(kNotOne);
  return element;
}

bool hasPadFor(GstElement* element, GstPadDirection direction, Medium medium) {
  const auto raw = CapsPtr::adopt(
      gst_caps_from_string(medium == Medium::kAudio ? "audio/x-raw" : "video/x-raw"));
  const GList* templates = gst_element_class_get_pad_template_list(GST_ELEMENT_GET_CLASS(element));
  for (const GList* item = templates; item != nullptr; item = item->next) {
    auto* pad = static_cast<GstPadTemplate*>(item->data);
    if (pad->direction != direction || pad->presence != GST_PAD_ALWAYS) continue;
    const auto caps = CapsPtr::adopt(gst_pad_template_get_caps(pad));
    if (gst_caps_can_intersect(caps.get(), raw.get()) != FALSE) return true;
  }
  return false;
}

bool filters(GstElement* element, Medium medium) {
  return hasPadFor(element, GST_PAD_SINK, medium) && hasPadFor(element, GST_PAD_SRC, medium);
}

Medium mediumOf(GstElement* element, FilterType type) {
  const bool isAudio = type == FilterType::kAudio ||
                       (type == FilterType::kAutodetect && filters(element, Medium::kAudio));
  const Medium medium = isAudio ? Medium::kAudio : Medium::kVideo;
  if (!filters(element, medium)) throw refused(kNoMatch);
  return medium;
}

Error notConverted(const std::string& text, const char* type, const std::string& why) {
  return refused("Cannot convert '" + text + "' to " + type + ": " + why);
}

int toInt(const std::string& text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec == std::errc::result_out_of_range) throw notConverted(text, "int", "out of range");
  if (result.ec != std::errc() || result.ptr != end) {
    throw notConverted(text, "int", "not a whole number");
  }
  return number;
}

double toReal(const std::string& text, const char* type) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec == std::errc::result_out_of_range) throw notConverted(text, type, "out of range");
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(number)) {
    throw notConverted(text, type, "not a number");
  }
  return number;
}

using Convert = void (*)(const std::string& text, GParamSpec* spec, GValue* value);

struct Conversion {
  bool (*fits)(GType type);
  const char* name;
  Convert convert;
};

void convertFloat(const std::string& text, GParamSpec*, GValue* value) {
  const double number = toReal(text, "float");
  if (std::abs(number) > std::numeric_limits<float>::max()) {
    throw notConverted(text, "float", "out of range");
  }
  g_value_set_float(value, static_cast<float>(number));
}

void convertEnum(const std::string& text, GParamSpec* spec, GValue* value) {
  GEnumClass* known = G_PARAM_SPEC_ENUM(spec)->enum_class;
  const GEnumValue* found = g_enum_get_value_by_nick(known, text.c_str());
  if (found == nullptr) throw notConverted(text, "enum", "no value of that nick");
  g_value_set_enum(value, found->value);
}

const Conversion kConversions[] = {
    {[](GType type) { return type == G_TYPE_INT; }, "int",
     [](const std::string& text, GParamSpec*, GValue* value) {
       g_value_set_int(value, toInt(text));
     }},
    {[](GType type) { return type == G_TYPE_FLOAT; }, "float", &convertFloat},
    {[](GType type) { return type == G_TYPE_DOUBLE; }, "double",
     [](const std::string& text, GParamSpec*, GValue* value) {
       g_value_set_double(value, toReal(text, "double"));
     }},
    {[](GType type) { return type == G_TYPE_STRING; }, "string",
     [](const std::string& text, GParamSpec*, GValue* value) {
       g_value_set_string(value, text.c_str());
     }},
    {[](GType type) { return G_TYPE_IS_ENUM(type) != FALSE; }, "enum", &convertEnum},
};

const Conversion& conversionFor(GParamSpec* spec) {
  for (const Conversion& row : kConversions) {
    if (row.fits(spec->value_type)) return row;
  }
  throw Error(ErrorCode::kNotImplemented,
              std::string("Property type not implemented: ") + G_PARAM_SPEC_TYPE_NAME(spec));
}

// The value that the command gives to a property; empty when it gives none.
std::string valueInCommand(const std::string& command, const std::string& property) {
  const std::string blank = " \t\r\n";
  for (auto at = command.find(property); at != std::string::npos;
       at = command.find(property, at + 1)) {
    if (at > 0 && blank.find(command[at - 1]) == std::string::npos) continue;
    const auto equals = command.find_first_not_of(blank, at + property.size());
    if (equals == std::string::npos || command[equals] != '=') continue;
    const auto begin = command.find_first_not_of(blank + "\"", equals + 1);
    if (begin == std::string::npos) continue;
    return command.substr(begin, command.find_first_of(blank + "\"", begin) - begin);
  }
  return {};
}

// videoflip of GStreamer 1.22.0 to 1.22.2 loses a `method` that the command gives, to the default
// of its `video-direction`.
void setMethodAgain(GstElement* element, const std::string& command) {
  if (!GST_IS_VIDEO_DIRECTION(element)) return;
  const std::string method = valueInCommand(command, "method");
  if (!method.empty()) gst_util_set_object_arg(G_OBJECT(element), "method", method.c_str());
}

}  // namespace

FilterType filterTypeFromText(const std::string& text) {
  if (text == "AUDIO") return FilterType::kAudio;
  if (text == "VIDEO") return FilterType::kVideo;
  if (text == "AUTODETECT") return FilterType::kAutodetect;
  throw refused("'filterType' should be AUDIO, VIDEO or AUTODETECT, not '" + text + "'");
}

FilterElement::FilterElement(const std::string& command, FilterType type)
    : m_element(make(command)), m_medium(mediumOf(m_element.get(), type)) {
  setMethodAgain(get(), command);
}

void FilterElement::setProperty(const std::string& name, const std::string& value) const {
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(get()), name.c_str());
  const std::string where = "'" + name + "' in object '" + GST_OBJECT_NAME(get()) + "'";
  if (spec == nullptr) throw refused("No property named " + where);
  const Conversion& conversion = conversionFor(spec);
  const bool isWritable =
      (spec->flags & G_PARAM_WRITABLE) != 0 && (spec->flags & G_PARAM_CONSTRUCT_ONLY) == 0;
  if (!isWritable) throw refused("Property " + where + " cannot be set");
  gst::ValueBox converted(spec->value_type);
  conversion.convert(value, spec, converted.get());
  if (g_param_value_validate(spec, converted.get()) != FALSE) {
    throw notConverted(value, conversion.name, "out of range");
  }
  g_object_set_property(G_OBJECT(get()), name.c_str(), converted.get());
}

}  // namespace kms::filters
