#include "demo/answer.hpp"
#include "kms/demo/greet.hpp"

namespace demo {

std::string greet(const gchar* name) {
  return "Hello, " + std::string(name) + ": " + std::to_string(answer());
}

}  // namespace demo
