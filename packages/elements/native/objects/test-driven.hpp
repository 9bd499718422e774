// For tests: a native object as its host drives it, from the test's thread.
#pragma once

#include <kms/host/object.hpp>
#include <kms/io/executor.hpp>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace kms::elements {

/// Makes an object of a class, calls it, and keeps its events.
class DrivenObject {
 public:
  DrivenObject(host::Services& services, const host::Class& what, const Value& params)
      : m_home(what.home(services, params)) {
    m_events = std::make_shared<host::EventSink>([this](const std::string&, const std::string& type,
                                                        Map data) { note(type, std::move(data)); });
    run([&] { m_object = what.create(host::Context("id", services, m_home, m_events), params); });
  }
  ~DrivenObject() {
    call([&](host::Completion done) { m_object->close(std::move(done)); });
    run([&] { m_object.reset(); });
  }
  DrivenObject(const DrivenObject&) = delete;
  DrivenObject& operator=(const DrivenObject&) = delete;

  Value invoke(const std::string& method, Value args = Map{}) {
    const host::Outcome outcome =
        call([&](host::Completion done) { m_object->invoke(method, args, std::move(done)); });
    if (const auto* error = std::get_if<Error>(&outcome)) throw *error;
    return std::get<Value>(outcome);
  }
  /// The code that a call fails with; 0 when it does not.
  int failure(const std::string& method, Value args) {
    try {
      invoke(method, std::move(args));
    } catch (const Error& error) {
      return error.code();
    }
    return 0;
  }
  host::Object& object() { return *m_object; }
  void link(media::Medium medium, std::shared_ptr<media::Stream> stream) {
    run([&] { m_object->sink(medium)->setSource(std::move(stream)); });
  }
  /// Does `work` on the object's home executor.
  template <typename Work>
  void run(Work work) {
    std::promise<void> done;
    m_home.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  /// Until an event of `type` came.
  bool await(const std::string& type) {
    return awaitEvent([&](const auto& event) { return event.first == type; });
  }
  /// Until an event of `type` came whose member `key` is `value`.
  bool await(const std::string& type, const std::string& key, const Value& value) {
    return awaitEvent([&](const auto& event) {
      return event.first == type && Value(event.second).get(key) == value;
    });
  }
  std::vector<Map> eventsOf(const std::string& type) {
    const std::scoped_lock lock(m_mutex);
    std::vector<Map> found;
    for (const auto& [seen, data] : m_seen) {
      if (seen == type) found.push_back(data);
    }
    return found;
  }

 private:
  static constexpr std::chrono::seconds kPatience{10};

  void note(const std::string& type, Map data) {
    const std::scoped_lock lock(m_mutex);
    m_seen.emplace_back(type, std::move(data));
    m_changed.notify_all();
  }
  template <typename Predicate>
  bool awaitEvent(Predicate matches) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, kPatience,
                              [&] { return std::ranges::any_of(m_seen, matches); });
  }
  template <typename Start>
  host::Outcome call(Start start) {
    std::promise<host::Outcome> promise;
    run([&] {
      start(host::Completion([&](const host::Outcome& outcome) { promise.set_value(outcome); }));
    });
    return promise.get_future().get();
  }

  io::Executor& m_home;
  std::shared_ptr<host::EventSink> m_events;
  std::unique_ptr<host::Object> m_object;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<std::pair<std::string, Map>> m_seen;
};

/// The code with which an object of a class cannot be made; 0 when it can.
inline int creationFailure(host::Services& services, const host::Class& what, const Value& params) {
  io::Executor& home = what.home(services, params);
  const auto silent =
      std::make_shared<host::EventSink>([](const auto&, const auto&, const auto&) {});
  std::promise<int> code;
  home.post([&] {
    try {
      what.create(host::Context("unmade", services, home, silent), params);
      code.set_value(0);
    } catch (const Error& error) {
      code.set_value(error.code());
    }
  });
  return code.get_future().get();
}

}  // namespace kms::elements
