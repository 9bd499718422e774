#include <kms/client/core/schema.hpp>
#include <kms/client/elements/schema.hpp>
#include <kms/client/filters/schema.hpp>
#include <kms/client/modules.hpp>

namespace kms::client {

std::vector<const ModuleSchema*> modules() {
  return {&kurento::client::core_schema::schema(), &kurento::client::elements_schema::schema(),
          &kurento::client::filters_schema::schema()};
}

const ClassSchema* findClass(std::string_view name) {
  for (const ModuleSchema* module : modules()) {
    for (const ClassSchema& declared : module->classes) {
      if (declared.name == name || declared.qualifiedName == name) return &declared;
    }
  }
  return nullptr;
}

const OperationSchema* findOperation(const ClassSchema& declared, std::string_view name) {
  for (const auto* level = &declared; level != nullptr; level = findClass(level->parent)) {
    for (const OperationSchema& operation : level->operations) {
      if (operation.name == name) return &operation;
    }
  }
  return nullptr;
}

std::vector<std::string_view> eventsOf(const ClassSchema& declared) {
  std::vector<std::string_view> events;
  for (const auto* level = &declared; level != nullptr; level = findClass(level->parent)) {
    events.insert(events.end(), level->events.begin(), level->events.end());
  }
  return events;
}

}  // namespace kms::client
