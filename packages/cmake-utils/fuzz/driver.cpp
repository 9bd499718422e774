// A small fuzzing engine for builds without libFuzzer (GCC): runs a target over its corpus, then
// over seeded mutations of it. No coverage: what libFuzzer finds is added to the corpus, and this
// keeps it found.
//
//   fuzz-<name> <corpus folder or file> [<seconds, 0: the corpus alone>] [<seed>]
//
// An input that crashes, or takes longer than 10 s, is written to fuzz-crash.bin in the working
// folder.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <unistd.h>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// Of AddressSanitizer, which reports without a signal.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kMaxSize = 4096;
constexpr unsigned kPatienceSeconds = 10;

const Input* g_running = nullptr;  // what a crash is about

/// Async-signal-safe.
void saveRunning() {
  if (g_running == nullptr) return;
  const int file = ::open("fuzz-crash.bin", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  if (::write(file, g_running->data(), g_running->size()) < 0) ::_exit(2);
  ::close(file);
}

void onCrash(int signal) {
  saveRunning();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void catchCrashes() {
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM}) {
    std::signal(signal, onCrash);
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(saveRunning);
}

void run(const Input& input) {
  g_running = &input;
  ::alarm(kPatienceSeconds);
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

Input readFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Input input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  input.resize(std::min(input.size(), kMaxSize));
  return input;
}

/// In the order of their names, so that a seed means the same everywhere.
std::vector<Input> readCorpus(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::directory_iterator(path))
      files.push_back(entry.path());
  } else {
    files.push_back(path);
  }
  std::ranges::sort(files);
  std::vector<Input> corpus;
  std::ranges::transform(files, std::back_inserter(corpus), readFile);
  return corpus;
}

class Mutator {
 public:
  Mutator(const std::vector<Input>& corpus, std::uint64_t seed)
      : m_corpus(corpus), m_random(seed) {}

  [[nodiscard]] Input next() {
    Input input = m_corpus[below(m_corpus.size())];
    for (std::size_t i = 1 + below(6); i > 0; --i)
      (this->*kChanges[below(std::size(kChanges))])(input);
    input.resize(std::min(input.size(), kMaxSize));
    return input;
  }

 private:
  using Change = void (Mutator::*)(Input&);

  [[nodiscard]] std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random() % limit; }
  [[nodiscard]] std::uint8_t byte() { return static_cast<std::uint8_t>(m_random()); }
  [[nodiscard]] std::ptrdiff_t place(const Input& input) {
    return static_cast<std::ptrdiff_t>(below(input.size() + 1));
  }

  void flip(Input& input) {
    if (!input.empty()) input[below(input.size())] ^= static_cast<std::uint8_t>(1U << below(8));
  }
  void set(Input& input) {
    static constexpr std::uint8_t kTelling[] = {0, 1, 0x7F, 0x80, 0xFF, 0xFE, 4, 8, 16, 32};
    if (input.empty()) return;
    input[below(input.size())] = below(2) == 0 ? byte() : kTelling[below(std::size(kTelling))];
  }
  void insert(Input& input) {
    const Input bytes(1 + below(16), byte());
    input.insert(input.begin() + place(input), bytes.begin(), bytes.end());
  }
  void erase(Input& input) {
    const auto from = place(input);
    const auto count =
        std::min<std::size_t>(1 + below(16), input.size() - static_cast<std::size_t>(from));
    input.erase(input.begin() + from, input.begin() + from + static_cast<std::ptrdiff_t>(count));
  }
  void cut(Input& input) { input.resize(below(input.size() + 1)); }
  void repeat(Input& input) {
    const Input copy(input.begin(), input.begin() + place(input));
    input.insert(input.end(), copy.begin(), copy.end());
  }
  void splice(Input& input) {
    const Input& other = m_corpus[below(m_corpus.size())];
    const auto from = static_cast<std::ptrdiff_t>(below(other.size() + 1));
    input.resize(below(input.size() + 1));
    input.insert(input.end(), other.begin() + from, other.end());
  }

  static constexpr Change kChanges[] = {&Mutator::flip,   &Mutator::set,   &Mutator::set,
                                        &Mutator::insert, &Mutator::erase, &Mutator::cut,
                                        &Mutator::repeat, &Mutator::splice};

  const std::vector<Input>& m_corpus;
  std::mt19937_64 m_random;
};

int fuzz(const std::vector<Input>& corpus, long seconds, std::uint64_t seed) {
  for (const Input& input : corpus) run(input);
  Mutator mutator(corpus, seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::uint64_t runs = 0;
  while (std::chrono::steady_clock::now() < end) {
    const Input input = mutator.next();
    run(input);
    ++runs;
  }
  ::alarm(0);
  std::printf("%zu of the corpus, %llu mutations\n", corpus.size(),
              static_cast<unsigned long long>(runs));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::fprintf(stderr, "usage: %s <corpus> [<seconds>] [<seed>]\n", words[0]);
    return 2;
  }
  const auto corpus = readCorpus(words[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: no corpus in %s\n", words[0], words[1]);
    return 2;
  }
  catchCrashes();
  const long seconds = count > 2 ? std::atol(words[2]) : 0;
  return fuzz(corpus, seconds, count > 3 ? std::strtoull(words[3], nullptr, 10) : 1);
}
