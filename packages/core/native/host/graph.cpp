// The introspection of links: asks each source for its stages on its own executor and answers when
// all have spoken.
#include "host/entry.hpp"

#include <kms/io/executor.hpp>

namespace kms::host {

namespace {

struct Gathering {
  explicit Gathering(Completion to) : done(std::move(to)) {}
  ~Gathering() { done.resolve(std::move(links)); }
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;

  Completion done;
  std::mutex mutex;
  List links;
};

const char* kindOf(const media::Stream& stream) {
  if (stream.data) return "data";
  return stream.producer ? "route" : "frames";
}

}  // namespace

void Host::visit(const std::string& id, media::Medium medium,
                 std::function<void(const char* kind, List elements)> visitor) const {
  const EntryPtr& entry = m_entries.at(id);
  const char* kind = kindOf(*entry->streams.at(medium));
  entry->home->post([entry, kind, visitor = std::move(visitor)] {
    if (entry->object) visitor(kind, entry->object->elements());
  });
}

void Host::graph(const Completion& done) {
  const auto all = std::make_shared<Gathering>(viaOutbox(done));
  const std::scoped_lock lock(m_mutex);
  for (const auto& [key, sourceId] : m_links) {
    visit(sourceId, key.second, [all, key, sourceId](const char* kind, List elements) {
      const std::scoped_lock guardLinks(all->mutex);
      all->links.emplace_back(Map{{"sink", key.first},
                                  {"medium", media::toText(key.second)},
                                  {"source", sourceId},
                                  {"kind", kind},
                                  {"elements", std::move(elements)}});
    });
  }
}

}  // namespace kms::host
