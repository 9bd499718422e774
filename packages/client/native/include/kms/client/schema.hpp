// The classes of a module as data, for tools that know them only at run time.
#pragma once

#include <string_view>
#include <vector>

namespace kms::client {

struct ParamSchema {
  std::string_view name;
  /// As in a KMD, names of declarations qualified: `String`, `kurento.Tag[]`, `String<>`.
  std::string_view type;
  /// Whether it is text in JSON: strings, enumerations, objects.
  bool isText = false;
  bool isOptional = false;
};

struct OperationSchema {
  std::string_view name;
  /// First sentence of its documentation.
  std::string_view doc;
  /// `void` for none.
  std::string_view returns;
  std::vector<ParamSchema> params;
};

struct ClassSchema {
  std::string_view name;
  std::string_view qualifiedName;
  /// Qualified name; empty for the root.
  std::string_view parent;
  std::string_view doc;
  bool isCreatable = false;
  std::vector<ParamSchema> constructorParams;
  /// Those that the class itself declares, and so for events.
  std::vector<OperationSchema> operations;
  std::vector<std::string_view> events;
};

struct ModuleSchema {
  std::string_view name;
  std::string_view version;
  std::vector<ClassSchema> classes;
};

}  // namespace kms::client
