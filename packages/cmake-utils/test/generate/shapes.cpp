#include "lines.hpp"

int lines() {
  return kLines;
}
