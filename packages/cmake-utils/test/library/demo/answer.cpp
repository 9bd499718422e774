#include "demo/answer.hpp"

namespace demo {

int answer() {
  return 42;
}

}  // namespace demo
