#include "tool/watch.hpp"

#include "tool/values.hpp"

#include <kms/client/detail/call.hpp>
#include <kms/client/modules.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <system_error>
#include <unistd.h>

namespace kms::tool {
namespace {

using client::detail::Json;

enum class Wake : char { kSignal, kCounted, kLost };

// What the main thread waits for while the I/O thread prints: one byte from a signal handler, the
// counter or the connection.
class WakePipe {
 public:
  WakePipe() {
    if (pipe(m_ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    s_writeEnd = m_ends[1];
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, &WakePipe::onSignal);
  }
  ~WakePipe() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
    for (const int end : m_ends) ::close(end);
  }
  WakePipe(const WakePipe&) = delete;
  WakePipe& operator=(const WakePipe&) = delete;

  void wake(Wake why) const { static_cast<void>(write(m_ends[1], &why, 1)); }
  [[nodiscard]] Wake wait() const {
    Wake why{};
    while (read(m_ends[0], &why, 1) != 1) {
    }
    return why;
  }

 private:
  // Signal handlers know no objects.
  static inline volatile std::sig_atomic_t s_writeEnd = -1;

  static void onSignal(int) {
    const auto why = Wake::kSignal;
    static_cast<void>(write(s_writeEnd, &why, 1));
  }

  std::array<int, 2> m_ends{};
};

void checkEvents(const std::string& id, const std::vector<std::string>& names) {
  const client::ClassSchema* declared = client::findClass(classOfId(id));
  if (declared == nullptr) return;
  const auto events = client::eventsOf(*declared);
  for (const std::string& name : names) {
    if (std::find(events.begin(), events.end(), name) != events.end()) continue;
    throw UsageError(std::string(declared->name) + " has no event '" + name +
                     "', but: " + joined(events));
  }
}

}  // namespace

int watch(const CommandLine& line, Streams streams) {
  if (line.words.size() < 2) throw UsageError("usage: kms-call watch <object id> <event>...");
  const std::string& id = line.words.front();
  const std::vector<std::string> events(line.words.begin() + 1, line.words.end());
  checkEvents(id, events);
  const WakePipe pipe;
  client::Options options = line.client;
  // A session's events go to its latest connection: the next call in it would take them away.
  options.sessionId.clear();
  options.onReconnected = [&pipe](bool isSameSession) {
    if (!isSameSession) pipe.wake(Wake::kLost);
  };
  client::Client server(options);
  const client::RemoteObject object(server.session(), id);
  std::uint64_t printed = 0;  // on the I/O thread
  for (const std::string& event : events) {
    const auto print = [&, event](const Json& data) {
      if (line.count != 0 && printed == line.count) return;
      streams.out << Json{{"object", id}, {"type", event}, {"data", data}}.dump() << std::endl;
      if (++printed == line.count) pipe.wake(Wake::kCounted);
    };
    client::detail::startSubscribe(object, event.c_str(), print).confirmed().get();
  }
  streams.err << "watching " << id << std::endl;
  const Wake why = pipe.wait();
  server.close(client::SessionEnd::kKeep);
  if (why != Wake::kLost) return kDone;
  streams.err << "the session is lost" << std::endl;
  return kNoConnection;
}

}  // namespace kms::tool
