#include <kms/base/error.hpp>
#include <kms/gst/pipeline.hpp>

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

bool changeState(GstElement* element, GstState state) {
  const auto deadline = static_cast<GstClockTime>(Runtime::kStateDeadline.count());
  if (gst_element_set_state(element, state) == GST_STATE_CHANGE_FAILURE) return false;
  const auto result = gst_element_get_state(element, nullptr, nullptr, deadline);
  return result == GST_STATE_CHANGE_SUCCESS || result == GST_STATE_CHANGE_NO_PREROLL;
}

}  // namespace

Pipeline::Pipeline(Runtime& runtime, const std::string& name, PipelineHandlers handlers,
                   Timeline timeline)
    : m_runtime(runtime),
      m_handlers(std::move(handlers)),
      m_pipeline(ElementPtr::sink(gst_pipeline_new(name.c_str()))) {
  m_runtime.adoptTimeline(GST_PIPELINE_CAST(get()), timeline == Timeline::kOwn);
  watchBus();
}

Pipeline::Pipeline(Runtime& runtime, const std::string& name, const std::string& description,
                   PipelineHandlers handlers, Timeline timeline)
    : m_runtime(runtime), m_handlers(std::move(handlers)), m_pipeline(parse(name, description)) {
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
  }
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

void Pipeline::setState(GstState state, std::function<void(bool)> done) {
  run([state](GstElement* pipeline) { return changeState(pipeline, state); }, std::move(done));
}

void Pipeline::run(std::function<bool(GstElement*)> work, std::function<void(bool)> done) {
  m_runtime.run([pipeline = m_pipeline, work = std::move(work)] { return work(pipeline.get()); },
                Runtime::kStateDeadline, std::move(done));
}

void Pipeline::close(std::function<void()> done) {
  m_watch.reset();
  m_handlers = {};
  ElementPtr pipeline = std::exchange(m_pipeline, {});
  if (!pipeline) return done();
  const auto bus = ObjectPtr<GstBus>::adopt(gst_element_get_bus(pipeline.get()));
  gst_bus_set_flushing(bus.get(), TRUE);
  m_runtime.run(
      [pipeline = std::move(pipeline)]() mutable {
        const bool isDown = changeState(pipeline.get(), GST_STATE_NULL);
        pipeline.reset();
        return isDown;
      },
      Runtime::kStateDeadline, [done = std::move(done)](bool) { done(); });
}

}  // namespace kms::gst
