// The registry of a worker's native objects, and everything that its embedder can do with them.
#pragma once

#include <kms/host/module.hpp>
#include <kms/host/object.hpp>
#include <kms/host/outbox.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kms::host {

/// Owns native objects by id. All methods on any thread; every call is answered exactly once
/// through the outbox, in one order with the events. Calls on one object run in the order in which
/// they were made.
class KMS_API Host {
 public:
  /// `onEvent` is called from the outbox, never before the creation of its object was answered.
  /// `services` and `outbox` outlive the host; the host itself lives until close was answered.
  Host(Services& services, Outbox& outbox, EventSink onEvent);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Registers a class of the embedder's own library. Throws Error 40003 when the name is taken.
  void addClass(const std::string& name, Class what);
  /// Loads a module and registers its classes. The library stays loaded for good. Loading a path
  /// twice does nothing. Throws Error 40108 naming `path` and the reason.
  void loadModule(const std::string& path);

  /// Makes an object. Rejects with 40108 for an unknown class, 40003 when the id is taken.
  void create(const std::string& className, const std::string& id, Value params, Completion done);
  /// Calls a method of an object. Rejects with 40101 when there is no such object, 40105 for no
  /// such method.
  void invoke(const std::string& id, const std::string& method, Value args, Completion done);
  /// Puts the source's stream of `medium` into the sink, in place of what was there; no source:
  /// takes it away. Rejects with 40101 for an unknown object, 40004 when one of the two has no such
  /// medium.
  void link(const std::string& sinkId, media::Medium medium,
            const std::optional<std::string>& sourceId, Completion done);
  /// Unlinks the object both ways and frees it; answered when it is gone. An unknown id is no
  /// error.
  void release(const std::string& id, Completion done);
  /// List of {sink, medium, source, kind: "route"|"frames"|"data", elements: [text]}; elements are
  /// the source's.
  void graph(const Completion& done);
  /// Releases all objects and takes no more calls; answered when all are gone. May be called again.
  void close(Completion done);
  /// The same for an embedder that no longer drains: calls `closed` on some thread, not through the
  /// outbox.
  void closeDirectly(const std::function<void()>& closed);

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;
  using LinkKey = std::pair<std::string, media::Medium>;

  Completion viaOutbox(Completion done) const;
  void onObjectEvent(const std::weak_ptr<Entry>& from, const std::string& type, Map data);
  void deliver(const std::string& id, const std::string& type, Map data);
  EntryPtr addEntry(const std::string& className, const std::string& id, const Value& params);
  void build(const EntryPtr& entry, const Class& what, const Value& params, const Completion& done);
  void publish(const EntryPtr& entry, const Completion& done);
  EntryPtr find(const std::string& id) const;
  EntryPtr live(const std::string& id) const;
  const Class& classOf(const std::string& name) const;
  void put(const EntryPtr& sink, media::Medium medium, std::shared_ptr<media::Stream> stream,
           const Completion& done) const;
  std::vector<std::pair<EntryPtr, media::Medium>> takeLinks(const std::string& id);
  void startRelease(const EntryPtr& entry);
  void forget(const EntryPtr& entry);
  void abandon(const EntryPtr& entry);
  void visit(const std::string& id, media::Medium medium,
             std::function<void(const char* kind, List elements)> visitor) const;

  Services& m_services;
  Outbox& m_outbox;
  std::shared_ptr<const EventSink> m_onEvent;

  mutable std::mutex m_mutex;  // guards what follows; never held while calling out
  std::map<std::string, Class, std::less<>> m_classes;
  std::map<std::string, EntryPtr> m_entries;
  std::map<LinkKey, std::string> m_links;
  std::vector<std::function<void()>> m_onEmpty;
  std::vector<std::string> m_modules;
  bool m_closed = false;
};

}  // namespace kms::host
