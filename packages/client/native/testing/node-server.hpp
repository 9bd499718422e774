// A Node program run by a test: lines of its output can be read, its input ends with the object.
#pragma once

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace kms::client {

class NodeServer {
 public:
  explicit NodeServer(std::vector<std::string> args) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (pipe(in.data()) != 0 || pipe(out.data()) != 0) throw std::runtime_error("no pipe");
    args.insert(args.begin(), "node");
    std::vector<char*> words;
    for (std::string& arg : args) words.push_back(arg.data());
    words.push_back(nullptr);
    m_pid = fork();
    if (m_pid == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      for (const int end : {in[0], in[1], out[0], out[1]}) close(end);
      execvp("node", words.data());
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    m_input = in[1];
    m_output = fdopen(out[0], "r");
  }
  ~NodeServer() {
    close(m_input);
    waitpid(m_pid, nullptr, 0);
    fclose(m_output);
  }
  NodeServer(const NodeServer&) = delete;
  NodeServer& operator=(const NodeServer&) = delete;

  /// Waits for the next line; empty when the program has ended.
  std::string line() {
    std::array<char, 256> buffer{};
    if (fgets(buffer.data(), buffer.size(), m_output) == nullptr) return {};
    std::string text = buffer.data();
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

 private:
  pid_t m_pid = -1;
  int m_input = -1;
  FILE* m_output = nullptr;
};

}  // namespace kms::client
