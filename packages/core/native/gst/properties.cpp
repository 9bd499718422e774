#include <kms/base/error.hpp>
#include <kms/gst/properties.hpp>

#include <cstdint>
#include <vector>

namespace kms::gst {

namespace {

// From GStreamer

Value numberOf(const GValue* value, GType as) {
  ValueBox number(as);
  g_value_transform(value, number.get());
  if (as == G_TYPE_DOUBLE) return g_value_get_double(number.get());
  return std::int64_t{g_value_get_int64(number.get())};
}

Value textOf(const char* text) {
  return text == nullptr ? Value() : Value(text);
}

Value listOf(const GValue* value, unsigned size, const GValue* (*at)(const GValue*, guint)) {
  List list;
  for (unsigned index = 0; index < size; ++index) list.push_back(valueOf(at(value, index)));
  return list;
}

Value structureOf(const GValue* value) {
  const GstStructure* structure = gst_value_get_structure(value);
  return structure == nullptr ? Value() : Value(fieldsOf(structure));
}

Value writtenOf(const GValue* value) {
  const StringPtr text(gst_value_serialize(value));
  return textOf(text.get());
}

struct Reading {
  bool (*fits)(GType type);
  Value (*read)(const GValue* value);
};

const Reading kReadings[] = {
    {[](GType type) { return type == G_TYPE_BOOLEAN; },
     [](const GValue* value) { return Value(g_value_get_boolean(value) != FALSE); }},
    {[](GType type) {
       return type == G_TYPE_INT || type == G_TYPE_UINT || type == G_TYPE_INT64 ||
              type == G_TYPE_UINT64 || type == G_TYPE_LONG || type == G_TYPE_ULONG;
     },
     [](const GValue* value) { return numberOf(value, G_TYPE_INT64); }},
    {[](GType type) { return type == G_TYPE_FLOAT || type == G_TYPE_DOUBLE; },
     [](const GValue* value) { return numberOf(value, G_TYPE_DOUBLE); }},
    {[](GType type) { return type == G_TYPE_STRING; },
     [](const GValue* value) { return textOf(g_value_get_string(value)); }},
    {[](GType type) { return G_TYPE_IS_ENUM(type) != FALSE; },
     [](const GValue* value) {
       auto* known = static_cast<GEnumClass*>(g_type_class_peek(G_VALUE_TYPE(value)));
       const GEnumValue* found = g_enum_get_value(known, g_value_get_enum(value));
       return found == nullptr ? Value() : Value(found->value_nick);
     }},
    {[](GType type) { return type == GST_TYPE_LIST; },
     [](const GValue* value) {
       return listOf(value, gst_value_list_get_size(value), &gst_value_list_get_value);
     }},
    {[](GType type) { return type == GST_TYPE_ARRAY; },
     [](const GValue* value) {
       return listOf(value, gst_value_array_get_size(value), &gst_value_array_get_value);
     }},
    {[](GType type) { return type == GST_TYPE_STRUCTURE; }, &structureOf},
    {[](GType) { return true; }, &writtenOf},
};

// To GStreamer

Error refused(const std::string& why) {
  return {ErrorCode::kMarshall, why};
}

ValueBox boxOf(const Value& value);

struct BoxMaker {
  ValueBox operator()(std::monostate) const { throw refused("null is no value for it"); }
  ValueBox operator()(const Bytes&) const { throw refused("bytes are no value for it"); }
  ValueBox operator()(bool value) const {
    ValueBox box(G_TYPE_BOOLEAN);
    g_value_set_boolean(box.get(), value ? TRUE : FALSE);
    return box;
  }
  ValueBox operator()(std::int64_t value) const {
    const bool isInt = value >= G_MININT && value <= G_MAXINT;
    ValueBox box(isInt ? G_TYPE_INT : G_TYPE_INT64);
    if (isInt) {
      g_value_set_int(box.get(), static_cast<gint>(value));
    } else {
      g_value_set_int64(box.get(), value);
    }
    return box;
  }
  ValueBox operator()(double value) const {
    ValueBox box(G_TYPE_DOUBLE);
    g_value_set_double(box.get(), value);
    return box;
  }
  ValueBox operator()(const std::string& value) const {
    ValueBox box(G_TYPE_STRING);
    g_value_set_string(box.get(), value.c_str());
    return box;
  }
  ValueBox operator()(const List& list) const {
    ValueBox box(GST_TYPE_ARRAY);
    for (const Value& item : list) {
      ValueBox boxed = boxOf(item);
      gst_value_array_append_value(box.get(), boxed.get());
    }
    return box;
  }
  ValueBox operator()(const Map& map) const {
    ValueBox box(GST_TYPE_STRUCTURE);
    GstStructure* structure = gst_structure_new_empty("value");
    g_value_take_boxed(box.get(), structure);
    for (const auto& [field, value] : map) {
      ValueBox boxed = boxOf(value);
      gst_structure_set_value(structure, field.c_str(), boxed.get());
    }
    return box;
  }
};

ValueBox boxOf(const Value& value) {
  return std::visit(BoxMaker{}, value.data());
}

bool isNumber(GType type) {
  return type == G_TYPE_INT || type == G_TYPE_UINT || type == G_TYPE_INT64 ||
         type == G_TYPE_UINT64 || type == G_TYPE_FLOAT || type == G_TYPE_DOUBLE;
}

bool isWhole(GType type) {
  return isNumber(type) && type != G_TYPE_FLOAT && type != G_TYPE_DOUBLE;
}

// GLib cuts what does not fit when it converts between numbers.
bool fitsInto(GType type, std::int64_t value) {
  if (type == G_TYPE_INT) return value >= G_MININT && value <= G_MAXINT;
  if (type == G_TYPE_UINT) return value >= 0 && value <= std::int64_t{G_MAXUINT};
  return type != G_TYPE_UINT64 || value >= 0;
}

ValueBox enumBox(GParamSpec* spec, const Value& value) {
  const GEnumValue* found =
      g_enum_get_value_by_nick(G_PARAM_SPEC_ENUM(spec)->enum_class, value.text().c_str());
  if (found == nullptr) throw refused("'" + value.text() + "' is none of its values");
  ValueBox box(spec->value_type);
  g_value_set_enum(box.get(), found->value);
  return box;
}

ValueBox numberBox(GParamSpec* spec, const Value& value) {
  const GType type = spec->value_type;
  if (isWhole(type) && !fitsInto(type, value.as<std::int64_t>())) {
    throw refused("out of range");
  }
  ValueBox given = isWhole(type) ? boxOf(value) : boxOf(value.as<double>());
  ValueBox box(type);
  g_value_transform(given.get(), box.get());
  return box;
}

ValueBox convert(GParamSpec* spec, const Value& value) {
  const GType type = spec->value_type;
  if (G_TYPE_IS_ENUM(type) != FALSE) return enumBox(spec, value);
  if (isNumber(type)) return numberBox(spec, value);
  if (type == G_TYPE_STRING && value.isNull()) return ValueBox(G_TYPE_STRING);
  ValueBox given = boxOf(value);
  if (G_VALUE_TYPE(given.get()) == type) return given;
  const bool isKnown = type == G_TYPE_BOOLEAN || type == G_TYPE_STRING || type == GST_TYPE_ARRAY ||
                       type == GST_TYPE_STRUCTURE;
  if (isKnown) throw refused("the value should be of type " + std::string(g_type_name(type)));
  throw Error(ErrorCode::kNotImplemented,
              std::string("values of type ") + g_type_name(type) + " cannot be given");
}

ValueBox checked(GParamSpec* spec, const Value& value) {
  const bool isSettable =
      (spec->flags & G_PARAM_WRITABLE) != 0 && (spec->flags & G_PARAM_CONSTRUCT_ONLY) == 0;
  if (!isSettable) throw refused("it cannot be set");
  ValueBox box = convert(spec, value);
  if (g_param_value_validate(spec, box.get()) != FALSE) throw refused("out of range");
  return box;
}

// Errors name the property.
template <typename Work>
auto about(const std::string& name, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Error(static_cast<ErrorCode>(error.code()), "property '" + name + "': " + error.what());
  }
}

struct Target {
  ObjectPtr<GObject> object;
  GParamSpec* spec = nullptr;
};

Target find(GstElement* element, const std::string& name) {
  Target target;
  GObject* child = nullptr;
  if (name.find("::") != std::string::npos && GST_IS_CHILD_PROXY(element)) {
    gst_child_proxy_lookup(GST_CHILD_PROXY(element), name.c_str(), &child, &target.spec);
    target.object = ObjectPtr<GObject>::adopt(child);
  } else {
    target.spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str());
    target.object = ObjectPtr<GObject>::retain(G_OBJECT(element));
  }
  if (target.spec == nullptr) throw refused("there is none of that name");
  return target;
}

}  // namespace

Value valueOf(const GValue* value) {
  for (const Reading& row : kReadings) {
    if (row.fits(G_VALUE_TYPE(value))) return row.read(value);
  }
  return {};
}

Map fieldsOf(const GstStructure* structure) {
  Map fields;
  for (int index = 0; index < gst_structure_n_fields(structure); ++index) {
    const char* name = gst_structure_nth_field_name(structure, static_cast<guint>(index));
    fields.emplace(name, valueOf(gst_structure_get_value(structure, name)));
  }
  return fields;
}

PropertyChange::PropertyChange(GstElement* element, const std::string& name, const Value& value)
    : PropertyChange(about(name, [&] {
        Target target = find(element, name);
        ValueBox box = checked(target.spec, value);
        return PropertyChange(std::move(target.object), target.spec, std::move(box));
      })) {}

void PropertyChange::apply() {
  g_object_set_property(m_object.get(), m_spec->name, m_value.get());
}

void setProperties(GstElement* element, const Map& values) {
  std::vector<PropertyChange> changes;
  changes.reserve(values.size());
  for (const auto& [name, value] : values) changes.emplace_back(element, name, value);
  for (PropertyChange& change : changes) change.apply();
}

Value getProperty(GstElement* element, const std::string& name) {
  return about(name, [&] {
    const Target target = find(element, name);
    if ((target.spec->flags & G_PARAM_READABLE) == 0) throw refused("it cannot be read");
    ValueBox value(target.spec->value_type);
    g_object_get_property(target.object.get(), target.spec->name, value.get());
    return valueOf(value.get());
  });
}

}  // namespace kms::gst
