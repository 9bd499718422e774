// The one queue in which answers and events reach the embedder, in the order in which they came
// about.
#pragma once

#include <kms/base/export.hpp>

#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace kms::host {

/// Tasks from any thread for the embedder's thread. Nothing is lost; what only the latest state of
/// matters may carry a key, and a later task with that key then takes the place of an earlier one
/// once the queue is long.
class KMS_API Outbox {
 public:
  /// `wake` is called on the posting thread when the queue stops being empty; it should make the
  /// embedder call drain.
  explicit Outbox(std::function<void()> wake) : m_wake(std::move(wake)) {}

  /// Any thread.
  void post(std::function<void()> task, const std::string& key = {});
  /// Runs the oldest task, on the embedder's thread; false when there was none. Tasks must not
  /// throw.
  bool runNext();
  /// Runs what is queued now.
  void drain();
  [[nodiscard]] std::size_t size() const;

  static constexpr std::size_t kLong = 256;  ///< from this length on, keys merge

 private:
  struct Item {
    std::function<void()> task;
    std::string key;
  };

  std::function<void()> m_wake;
  mutable std::mutex m_mutex;  // guards what follows
  std::list<Item> m_items;
  std::map<std::string, std::list<Item>::iterator> m_keys;
};

}  // namespace kms::host
