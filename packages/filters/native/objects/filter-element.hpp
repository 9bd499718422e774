// One GStreamer element that a client names by a command.
#pragma once

#include <kms/gst/ptr.hpp>
#include <kms/media/format.hpp>

#include <optional>
#include <string>

namespace kms::filters {

/// Which medium a filter is for, as the API says it.
enum class FilterType { kAudio, kVideo, kAutodetect };

/// Reads "AUDIO", "VIDEO" or "AUTODETECT". Throws Error 40001 naming what else it is.
[[nodiscard]] FilterType filterTypeFromText(const std::string& text);

/// The element, and which medium it filters. Any thread.
class FilterElement {
 public:
  /// `command` is one element with properties in gst-launch's words. Throws Error 40001 with the
  /// API's texts (api.md B15) when it makes no element, more than one, or none that takes and gives
  /// decoded media of the type.
  FilterElement(const std::string& command, FilterType type);

  [[nodiscard]] GstElement* get() const { return m_element.get(); }
  [[nodiscard]] media::Medium medium() const { return m_medium; }
  /// Sets a property of type int, float, double, string or enumeration (by nick). Throws Error
  /// 40001 for an unknown property or a value that it cannot take, 40006 for another type.
  void setProperty(const std::string& name, const std::string& value) const;

 private:
  gst::ElementPtr m_element;
  media::Medium m_medium;
};

}  // namespace kms::filters
