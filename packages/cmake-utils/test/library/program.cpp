#include <kms/demo/greet.hpp>

#include <iostream>

int main() {
  std::cout << demo::greet("world") << std::endl;
  return 0;
}
