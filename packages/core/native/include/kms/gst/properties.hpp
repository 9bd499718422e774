// Properties of elements and fields of their messages, as Values and back.
#pragma once

#include <kms/base/value.hpp>
#include <kms/gst/ptr.hpp>

#include <string>
#include <utility>

namespace kms::gst {

/// A GValue as a Value: numbers, booleans and texts as they are, enumerations by nick, lists and
/// arrays as lists, structures as maps, all else as GStreamer writes it (fractions, caps, ...);
/// null for what is not set. Any thread.
[[nodiscard]] KMS_API Value valueOf(const GValue* value);
/// All fields of a structure.
[[nodiscard]] KMS_API Map fieldsOf(const GstStructure* structure);

/// A property with the value it is to take, converted and checked ahead. Inside lists and maps a
/// whole number is a gint (gint64 beyond 32 bits), any other one a gdouble; a list is a
/// GST_TYPE_ARRAY, a map a GstStructure.
class KMS_API PropertyChange {
 public:
  /// `name` is a property of `element`, or `child::property` where the element is a bin. Throws
  /// Error 40001 naming the property that is not there, cannot be set, or cannot take `value`;
  /// 40006 for a property of a type that no Value fits.
  PropertyChange(GstElement* element, const std::string& name, const Value& value);
  /// Sets it. Takes effect as the element says, in general with the next buffer.
  void apply();

 private:
  PropertyChange(ObjectPtr<GObject> object, GParamSpec* spec, ValueBox value)
      : m_object(std::move(object)), m_spec(spec), m_value(std::move(value)) {}

  ObjectPtr<GObject> m_object;
  GParamSpec* m_spec;  // of the object's class, which stays
  ValueBox m_value;
};

/// Sets all of them, or none where one is refused. Throws as PropertyChange does.
KMS_API void setProperties(GstElement* element, const Map& values);
/// Reads a property, named as for PropertyChange. Throws Error 40001 when it is not there or cannot
/// be read.
[[nodiscard]] KMS_API Value getProperty(GstElement* element, const std::string& name);

}  // namespace kms::gst
