#include <cstring>

int main(int argc, char** argv) {
  char buffer[16];
  std::strcpy(buffer, argv[argc - 1]);
  return buffer[0] == '\0' ? 1 : 0;
}
