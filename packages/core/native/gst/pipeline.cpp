#include <kms/base/error.hpp>
#include <kms/gst/pipeline.hpp>

#include <deque>
#include <utility>

namespace kms::gst {

namespace {

ElementPtr parse(const std::string& name, const std::string& description) {
  GError* failure = nullptr;
  GstElement* made =
      gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &failure);
  const ErrorPtr error(failure);
  auto pipeline = ElementPtr::sink(made);
  if (error) {
    throw Error(ErrorCode::kNotAvailable,
                "Media Object not available: " + std::string(error->message));
  }
  gst_object_set_name(GST_OBJECT_CAST(pipeline.get()), name.c_str());
  return pipeline;
}

bool changeState(GstElement* element, GstState state, Wait wait) {
  const auto deadline = static_cast<GstClockTime>(Runtime::kStateDeadline.count());
  if (gst_element_set_state(element, state) == GST_STATE_CHANGE_FAILURE) return false;
  if (wait == Wait::kForNothing) return true;
  const auto result = gst_element_get_state(element, nullptr, nullptr, deadline);
  return result == GST_STATE_CHANGE_SUCCESS || result == GST_STATE_CHANGE_NO_PREROLL;
}

}  // namespace

// Calls that may block, one after another: a state change must not overtake the one before it.
class CallQueue : public std::enable_shared_from_this<CallQueue> {
 public:
  explicit CallQueue(Runtime& runtime) : m_runtime(runtime) {}

  void add(std::function<bool()> work, std::function<void(bool)> done) {
    m_waiting.push_back({std::move(work), std::move(done)});
    next();
  }
  /// Lets go of what has not begun; it is answered with false.
  void clear() {
    for (Call& call : std::exchange(m_waiting, {})) call.done(false);
  }

 private:
  struct Call {
    std::function<bool()> work;
    std::function<void(bool)> done;
  };

  void next() {
    if (m_isBusy || m_waiting.empty()) return;
    m_isBusy = true;
    Call call = std::move(m_waiting.front());
    m_waiting.pop_front();
    m_runtime.run(std::move(call.work), Runtime::kStateDeadline,
                  [self = shared_from_this(), done = std::move(call.done)](bool result) {
                    self->m_isBusy = false;
                    done(result);
                    self->next();
                  });
  }

  Runtime& m_runtime;
  std::deque<Call> m_waiting;
  bool m_isBusy = false;
};

Pipeline::Pipeline(Runtime& runtime, const std::string& name, PipelineHandlers handlers,
                   Timeline timeline)
    : m_runtime(runtime),
      m_handlers(std::move(handlers)),
      m_pipeline(ElementPtr::sink(gst_pipeline_new(name.c_str()))),
      m_calls(std::make_shared<CallQueue>(runtime)) {
  m_runtime.adoptTimeline(GST_PIPELINE_CAST(get()), timeline == Timeline::kOwn);
  watchBus();
}

Pipeline::Pipeline(Runtime& runtime, const std::string& name, const std::string& description,
                   PipelineHandlers handlers, Timeline timeline)
    : m_runtime(runtime),
      m_handlers(std::move(handlers)),
      m_pipeline(parse(name, description)),
      m_calls(std::make_shared<CallQueue>(runtime)) {
  m_runtime.adoptTimeline(GST_PIPELINE_CAST(get()), timeline == Timeline::kOwn);
  watchBus();
}

Pipeline::~Pipeline() {
  if (m_pipeline) close([] {});
}

void Pipeline::watchBus() {
  const auto bus = ObjectPtr<GstBus>::adopt(gst_element_get_bus(get()));
  GSource* source = gst_bus_create_watch(bus.get());
  g_source_set_callback(source, G_SOURCE_FUNC(&Pipeline::onMessage), this, nullptr);
  g_source_attach(source, m_runtime.context());
  m_watch = SourceHandle::adopt(source);
}

gboolean Pipeline::onMessage(GstBus*, GstMessage* message, gpointer self) {
  static_cast<Pipeline*>(self)->handle(message);
  return G_SOURCE_CONTINUE;
}

void Pipeline::handle(GstMessage* message) {
  // Copies: a handler may close or destroy this pipeline.
  const auto type = GST_MESSAGE_TYPE(message);
  const PipelineHandlers handlers = m_handlers;
  if (type == GST_MESSAGE_ERROR && handlers.onError) {
    handlers.onError(BusError::fromMessage(message));
  } else if (type == GST_MESSAGE_WARNING && handlers.onWarning) {
    handlers.onWarning(BusError::fromMessage(message));
  } else if (type == GST_MESSAGE_EOS && handlers.onEndOfStream) {
    handlers.onEndOfStream();
  } else if (type == GST_MESSAGE_ELEMENT && handlers.onElement) {
    handlers.onElement(message);
  } else if (type == GST_MESSAGE_STATE_CHANGED && handlers.onState) {
    handleState(message, handlers);
  }
}

void Pipeline::handleState(GstMessage* message, const PipelineHandlers& handlers) const {
  if (GST_MESSAGE_SRC(message) != GST_OBJECT_CAST(get())) return;
  GstState reached = GST_STATE_VOID_PENDING;
  GstState pending = GST_STATE_VOID_PENDING;
  gst_message_parse_state_changed(message, nullptr, &reached, &pending);
  if (pending == GST_STATE_VOID_PENDING) handlers.onState(reached);
}

ElementPtr Pipeline::find(const char* name) const {
  return ElementPtr::adopt(gst_bin_get_by_name(GST_BIN_CAST(get()), name));
}

void Pipeline::add(GstElement* element) {
  gst_bin_add(GST_BIN_CAST(get()), element);
}

List Pipeline::elements() const {
  List names;
  GstIterator* iterator = gst_bin_iterate_sorted(GST_BIN_CAST(get()));
  const auto collect = [](const GValue* item, gpointer to) {
    auto* element = GST_ELEMENT_CAST(g_value_get_object(item));
    auto& list = *static_cast<List*>(to);
    const StringPtr name(gst_element_get_name(element));
    list.insert(list.begin(), Value(std::string(name.get())));
  };
  while (gst_iterator_foreach(iterator, collect, &names) == GST_ITERATOR_RESYNC) {
    gst_iterator_resync(iterator);
    names.clear();
  }
  gst_iterator_free(iterator);
  return names;
}

std::string Pipeline::dot(int details) const {
  const StringPtr text(
      gst_debug_bin_to_dot_data(GST_BIN_CAST(get()), static_cast<GstDebugGraphDetails>(details)));
  return text ? std::string(text.get()) : std::string();
}

void Pipeline::setState(GstState state, std::function<void(bool)> done, Wait wait) {
  run([state, wait](GstElement* pipeline) { return changeState(pipeline, state, wait); },
      std::move(done));
}

void Pipeline::run(std::function<bool(GstElement*)> work, std::function<void(bool)> done) {
  m_calls->add([pipeline = m_pipeline, work = std::move(work)] { return work(pipeline.get()); },
               std::move(done));
}

void Pipeline::close(std::function<void()> done) {
  m_watch.reset();
  m_handlers = {};
  ElementPtr pipeline = std::exchange(m_pipeline, {});
  if (!pipeline) return done();
  const auto bus = ObjectPtr<GstBus>::adopt(gst_element_get_bus(pipeline.get()));
  gst_bus_set_flushing(bus.get(), TRUE);
  m_calls->clear();
  m_calls->add(
      [pipeline = std::move(pipeline)]() mutable {
        const bool isDown = changeState(pipeline.get(), GST_STATE_NULL, Wait::kForState);
        pipeline.reset();
        return isDown;
      },
      [done = std::move(done)](bool) { done(); });
}

}  // namespace kms::gst
