#include <kms/host/object.hpp>

#include <utility>

namespace kms::host {

namespace {

constexpr int kAllDetails = 15;  // GST_DEBUG_GRAPH_SHOW_ALL; this component knows no GStreamer

}  // namespace

Context::Context(std::string id, Services& services, io::Executor& home,
                 std::shared_ptr<const EventSink> events)
    : m_id(std::move(id)), m_services(&services), m_home(&home), m_events(std::move(events)) {}

void Context::emit(const std::string& type, Map data) const {
  (*m_events)(m_id, type, std::move(data));
}

ObjectBase::ObjectBase(Context context) : m_context(std::move(context)) {
  addMethod("dot", [this](const Value& args) {
    return Value(dot(args.get<int>("details", kAllDetails)));
  });
}

void ObjectBase::addMethod(std::string name, Method method) {
  addAsyncMethod(std::move(name),
                 [method = std::move(method)](const Value& args, const Completion& completion) {
                   completion.resolve(method(args));
                 });
}

void ObjectBase::addAsyncMethod(std::string name, AsyncMethod method) {
  m_methods.insert_or_assign(std::move(name), std::move(method));
}

void ObjectBase::invoke(std::string_view method, const Value& args, Completion completion) {
  const auto found = m_methods.find(method);
  if (found == m_methods.end()) {
    completion.reject(Error(ErrorCode::kMethodNotFound, "Method '" + std::string(method) +
                                                            "' not found in native object '" +
                                                            m_context.id() + "'"));
    return;
  }
  guard(completion, [&] { found->second(args, completion); });
}

}  // namespace kms::host
