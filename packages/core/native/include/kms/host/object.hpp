// What every native object is: created by class name, called by method name, linked by medium,
// closed once.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/host/completion.hpp>
#include <kms/media/format.hpp>
#include <kms/media/stream.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace kms::io {
class Executor;
}
namespace kms::router {
class Router;
}
namespace kms::gst {
class Runtime;
}

namespace kms::host {

/// What objects build upon. Outlives every object.
struct Services {
  const Clock& clock;
  router::Router& router;
  gst::Runtime& gst;
};

using EventSink =
    std::function<void(const std::string& objectId, const std::string& type, Map data)>;

/// What one object is given at its creation. Cheap to copy; any thread.
class KMS_API Context {
 public:
  Context(std::string id, Services& services, io::Executor& home,
          std::shared_ptr<const EventSink> events);

  [[nodiscard]] const std::string& id() const { return m_id; }
  [[nodiscard]] Services& services() const { return *m_services; }
  /// The executor on which every call of the object runs.
  [[nodiscard]] io::Executor& home() const { return *m_home; }
  /// Sends an event to the embedder, after all that was sent before; dropped once the object is
  /// released.
  void emit(const std::string& type, Map data) const;

 private:
  std::string m_id;
  Services* m_services;
  io::Executor* m_home;
  std::shared_ptr<const EventSink> m_events;
};

/// A native object. Constructed, called and destroyed on its home executor, so it needs no lock for
/// that.
class KMS_API Object {
 public:
  virtual ~Object() = default;
  /// Calls `method`. Rejects with 40105 when there is none of that name.
  virtual void invoke(std::string_view method, const Value& args, Completion completion) = 0;
  /// What it offers for `medium`, or null. Read once, after construction; fixed for the object's
  /// life.
  [[nodiscard]] virtual std::shared_ptr<media::Stream> source(media::Medium) { return nullptr; }
  /// Where it takes `medium`, or null. Read once, after construction; valid for the object's life.
  [[nodiscard]] virtual media::Sink* sink(media::Medium) { return nullptr; }
  /// Names of the GStreamer elements (or other stages) in the object, for the introspection of the
  /// graph.
  [[nodiscard]] virtual List elements() const { return {}; }
  /// The object's GStreamer pipeline as a DOT graph; empty while it has none. `details` are flags
  /// of GstDebugGraphDetails.
  [[nodiscard]] virtual std::string dot(int /*details*/) const { return {}; }
  /// Frees everything, then answers. Called once, last; the sinks have been given null before. The
  /// object is destroyed on its home executor after the answer.
  virtual void close(Completion completion) = 0;
};

/// An object with a table of methods. All have `dot {details?: integer}`, which answers dot().
class KMS_API ObjectBase : public Object {
 public:
  void invoke(std::string_view method, const Value& args, Completion completion) override;

 protected:
  using Method = std::function<Value(const Value& args)>;
  using AsyncMethod = std::function<void(const Value& args, Completion completion)>;

  explicit ObjectBase(Context context);
  /// Adds a method that answers at once; what it throws becomes the rejection. Only in
  /// constructors.
  void addMethod(std::string name, Method method);
  /// Adds a method that answers later. Only in constructors.
  void addAsyncMethod(std::string name, AsyncMethod method);
  [[nodiscard]] const Context& context() const { return m_context; }

 private:
  Context m_context;
  std::map<std::string, AsyncMethod, std::less<>> m_methods;
};

/// A class of native objects: where its objects live, and how one is made.
struct Class {
  /// Chooses the home executor of a new object; called on the embedder's thread. Throws Error on
  /// bad params.
  std::function<io::Executor&(Services& services, const Value& params)> home;
  /// Makes the object; called on its home executor. Throws Error, which rejects the creation.
  std::function<std::unique_ptr<Object>(Context context, const Value& params)> create;
};

/// A rule for Class::home: the I/O thread that `params.ioThread` (integer, required) names.
[[nodiscard]] KMS_API io::Executor& ioThreadHome(Services& services, const Value& params);
/// A rule for Class::home: the GLib loop.
[[nodiscard]] KMS_API io::Executor& glibHome(Services& services, const Value& params);

}  // namespace kms::host
