// The modules that libkmsclient has classes of, as data.
#pragma once

#include <kms/client/export.hpp>
#include <kms/client/schema.hpp>

#include <string_view>
#include <vector>

namespace kms::client {

/// core, elements and filters.
[[nodiscard]] KMS_CLIENT_API std::vector<const ModuleSchema*> modules();
/// The class of this name, bare or qualified; null where no module has it.
[[nodiscard]] KMS_CLIENT_API const ClassSchema* findClass(std::string_view name);
/// Operation of a class or its ancestors; null where there is none.
[[nodiscard]] KMS_CLIENT_API const OperationSchema* findOperation(const ClassSchema& declared,
                                                                  std::string_view name);
/// Names of the events of a class and its ancestors.
[[nodiscard]] KMS_CLIENT_API std::vector<std::string_view> eventsOf(const ClassSchema& declared);

}  // namespace kms::client
