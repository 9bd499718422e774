#include "host/entry.hpp"

#include <kms/io/executor.hpp>

#include <utility>

namespace kms::host {

using media::Medium;

namespace {

Error notFound(const std::string& id) {
  return {ErrorCode::kObjectNotFound, "Object '" + id + "' not found"};
}

Error noMedium(const std::string& id, const char* what, Medium medium) {
  return {ErrorCode::kConnect, "native object '" + id + "' has no " + what + " for " +
                                   std::string(media::toText(medium))};
}

std::string keyOf(const std::string& id, const std::string& type, const Map& data) {
  if (type != "flow") return {};
  const Value view(data);
  return id + "/flow/" + view.get<std::string>("medium", "") + "/" +
         std::to_string(view.get<std::int64_t>("number", 0)) + "/" +
         view.get<std::string>("direction", "");
}

}  // namespace

Host::Host(Services& services, Outbox& outbox, EventSink onEvent)
    : m_services(services),
      m_outbox(outbox),
      m_onEvent(std::make_shared<const EventSink>(std::move(onEvent))) {}

Host::~Host() = default;

void Host::addClass(const std::string& name, Class what) {
  const std::scoped_lock lock(m_mutex);
  Registrar registrar{kAbiVersion, kCompilerAbi, &m_classes, nullptr};
  registrar.addClass(name, std::move(what));
}

Completion Host::viaOutbox(Completion done) const {
  Outbox* outbox = &m_outbox;
  return Completion([outbox, done = std::move(done)](Outcome outcome) {
    outbox->post([done, outcome = std::move(outcome)] {
      if (const auto* error = std::get_if<Error>(&outcome)) return done.reject(*error);
      done.resolve(std::get<Value>(outcome));
    });
  });
}

// Events

void Host::deliver(const std::string& id, const std::string& type, Map data) {
  const std::string key = keyOf(id, type, data);
  m_outbox.post([sink = m_onEvent, id, type,
                 data = std::move(data)]() mutable { (*sink)(id, type, std::move(data)); },
                key);
}

void Host::onObjectEvent(const std::weak_ptr<Entry>& from, const std::string& type, Map data) {
  const EntryPtr entry = from.lock();
  if (!entry) return;
  {
    const std::scoped_lock lock(m_mutex);
    const auto known = m_entries.find(entry->id);
    if (known == m_entries.end() || known->second != entry) return;
    if (entry->holdsEvents) {
      entry->heldEvents.emplace_back(type, std::move(data));
      return;
    }
  }
  deliver(entry->id, type, std::move(data));
}

// Creation

const Class& Host::classOf(const std::string& name) const {
  const auto found = m_classes.find(name);
  if (found != m_classes.end()) return found->second;
  throw Error(ErrorCode::kNotAvailable, "native class '" + name + "' is not available");
}

Host::EntryPtr Host::addEntry(const std::string& className, const std::string& id,
                              const Value& params) {
  Class what;
  {
    const std::scoped_lock lock(m_mutex);
    what = classOf(className);
  }
  auto entry = std::make_shared<Entry>();
  entry->id = id;
  entry->home = &what.home(m_services, params);
  const std::scoped_lock lock(m_mutex);
  if (m_closed) throw Error(ErrorCode::kNotAvailable, "the native host is closed");
  if (!m_entries.emplace(id, entry).second) {
    throw Error(ErrorCode::kUnexpected, "a native object '" + id + "' exists already");
  }
  return entry;
}

void Host::create(const std::string& className, const std::string& id, Value params,
                  Completion done) {
  const Completion answer = viaOutbox(std::move(done));
  guard(answer, [&] {
    const EntryPtr entry = addEntry(className, id, params);
    const auto task = [this, entry, className, params, answer] {
      Class what;
      {
        const std::scoped_lock lock(m_mutex);
        what = classOf(className);
      }
      build(entry, what, params, answer);
    };
    if (!entry->home->post(task)) abandon(entry);
  });
}

void Host::build(const EntryPtr& entry, const Class& what, const Value& params,
                 const Completion& done) {
  const std::weak_ptr<Entry> weak = entry;
  const auto events = std::make_shared<const EventSink>(
      [this, weak](const std::string&, const std::string& type, Map data) {
        onObjectEvent(weak, type, std::move(data));
      });
  try {
    entry->object = what.create(Context(entry->id, m_services, *entry->home, events), params);
  } catch (const std::exception& failure) {
    abandon(entry);
    done.reject(failure);
    return;
  }
  publish(entry, done);
}

void Host::abandon(const EntryPtr& entry) {
  {
    const std::scoped_lock lock(m_mutex);
    if (entry->isReleasing) return;  // the release, which is under way, forgets it
    entry->isReleasing = true;
  }
  forget(entry);
}

void Host::publish(const EntryPtr& entry, const Completion& done) {
  std::map<Medium, std::shared_ptr<media::Stream>> streams;
  std::map<Medium, media::Sink*> sinks;
  for (const Medium medium : media::kLinkedMedia) {
    if (auto stream = entry->object->source(medium)) streams.emplace(medium, std::move(stream));
    if (auto* sink = entry->object->sink(medium)) sinks.emplace(medium, sink);
  }
  {
    const std::scoped_lock lock(m_mutex);
    entry->streams = std::move(streams);
    entry->sinks = std::move(sinks);
    entry->isLive = true;  // before the answer, upon which the embedder may link it at once
  }
  done.resolve();
  // Events that come meanwhile are still held, so that none overtakes one that was held before it.
  for (;;) {
    std::vector<std::pair<std::string, Map>> held;
    {
      const std::scoped_lock lock(m_mutex);
      entry->holdsEvents = !entry->heldEvents.empty();
      held.swap(entry->heldEvents);
    }
    if (held.empty()) return;
    for (auto& [type, data] : held) deliver(entry->id, type, std::move(data));
  }
}

// Calls and links

Host::EntryPtr Host::find(const std::string& id) const {
  const std::scoped_lock lock(m_mutex);
  const auto found = m_entries.find(id);
  if (found == m_entries.end() || found->second->isReleasing) throw notFound(id);
  return found->second;
}

void Host::invoke(const std::string& id, const std::string& method, Value args, Completion done) {
  const Completion answer = viaOutbox(std::move(done));
  guard(answer, [&] {
    const EntryPtr entry = find(id);
    entry->home->post([entry, method, args = std::move(args), answer] {
      if (!entry->object) return answer.reject(notFound(entry->id));
      guard(answer, [&] { entry->object->invoke(method, args, answer); });
    });
  });
}

Host::EntryPtr Host::live(const std::string& id) const {
  const auto found = m_entries.find(id);
  if (found == m_entries.end() || found->second->isReleasing || !found->second->isLive) {
    throw notFound(id);
  }
  return found->second;
}

void Host::link(const std::string& sinkId, Medium medium,
                const std::optional<std::string>& sourceId, Completion done) {
  const Completion answer = viaOutbox(std::move(done));
  guard(answer, [&] {
    const std::scoped_lock lock(
        m_mutex);  // posting under the lock keeps links in the order of the map
    const EntryPtr sink = live(sinkId);
    if (!sink->sinks.contains(medium)) throw noMedium(sinkId, "sink", medium);
    std::shared_ptr<media::Stream> stream;
    if (sourceId) {
      const EntryPtr source = live(*sourceId);
      const auto found = source->streams.find(medium);
      if (found == source->streams.end()) throw noMedium(*sourceId, "source", medium);
      stream = found->second;
      m_links[{sinkId, medium}] = *sourceId;
    } else {
      m_links.erase({sinkId, medium});
    }
    put(sink, medium, std::move(stream), answer);
  });
}

void Host::put(const EntryPtr& sink, Medium medium, std::shared_ptr<media::Stream> stream,
               const Completion& done) const {
  sink->home->post([sink, medium, stream = std::move(stream), done] {
    if (!sink->object) return done.reject(notFound(sink->id));
    guard(done, [&] {
      sink->object->sink(medium)->setSource(stream);
      done.resolve();
    });
  });
}

// Release

std::vector<std::pair<Host::EntryPtr, Medium>> Host::takeLinks(const std::string& id) {
  std::vector<std::pair<EntryPtr, Medium>> sinks;
  for (auto link = m_links.begin(); link != m_links.end();) {
    const auto& [key, source] = *link;
    if (source != id && key.first != id) {
      ++link;
      continue;
    }
    sinks.emplace_back(m_entries.at(key.first), key.second);
    link = m_links.erase(link);
  }
  return sinks;
}

void Host::release(const std::string& id, Completion done) {
  const Completion answer = viaOutbox(std::move(done));
  EntryPtr entry;
  {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_entries.find(id);
    if (found != m_entries.end()) {
      entry = found->second;
      entry->releaseWaiters.push_back(answer);
      if (std::exchange(entry->isReleasing, true)) return;
    }
  }
  if (!entry) return answer.resolve();
  startRelease(entry);
}

void Host::startRelease(const EntryPtr& entry) {
  const Completion ignored([](const Outcome&) {});
  {
    const std::scoped_lock lock(m_mutex);
    for (const auto& [sink, medium] : takeLinks(entry->id)) put(sink, medium, nullptr, ignored);
  }
  const Completion closed([this, entry](const Outcome&) {
    // Not at once: the answer may come from inside the object.
    const bool posted = entry->home->post([this, entry] {
      entry->object.reset();
      forget(entry);
    });
    if (!posted) forget(entry);
  });
  entry->home->post([entry, closed] {
    if (entry->object) guard(closed, [&] { entry->object->close(closed); });
  });
}

void Host::forget(const EntryPtr& entry) {
  std::vector<Completion> waiters;
  std::vector<std::function<void()>> onEmpty;
  {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_entries.find(entry->id);
    if (found != m_entries.end() && found->second == entry) m_entries.erase(found);
    waiters.swap(entry->releaseWaiters);
    if (m_closed && m_entries.empty()) onEmpty.swap(m_onEmpty);
  }
  for (const Completion& waiter : waiters) waiter.resolve();
  for (const auto& call : onEmpty) call();
}

void Host::close(Completion done) {
  closeDirectly([answer = viaOutbox(std::move(done))] { answer.resolve(); });
}

void Host::closeDirectly(const std::function<void()>& closed) {
  std::vector<EntryPtr> toRelease;
  bool isEmpty = false;
  {
    const std::scoped_lock lock(m_mutex);
    m_closed = true;
    isEmpty = m_entries.empty();
    if (!isEmpty) m_onEmpty.push_back(closed);
    for (const auto& [id, entry] : m_entries) {
      if (!std::exchange(entry->isReleasing, true)) toRelease.push_back(entry);
    }
  }
  if (isEmpty) return closed();
  for (const EntryPtr& entry : toRelease) startRelease(entry);
}

}  // namespace kms::host
