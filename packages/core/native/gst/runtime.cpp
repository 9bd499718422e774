#include "gst/av1-elements.hpp"
#include "gst/glib-loop.hpp"
#include "gst/pool.hpp"

#include <kms/base/error.hpp>
#include <kms/gst/runtime.hpp>

#include <atomic>
#include <mutex>

namespace kms::gst {

namespace {

void initialise() {
  static std::once_flag once;
  std::call_once(once, [] {
    GError* error = nullptr;
    if (gst_init_check(nullptr, nullptr, &error) != FALSE) return registerAv1Elements();
    const ErrorPtr owned(error);
    throw Error(ErrorCode::kUnexpected, std::string("GStreamer cannot be initialised: ") +
                                            (error == nullptr ? "unknown reason" : error->message));
  });
}

ObjectPtr<GstClock> monotonicClock() {
  auto* clock =
      static_cast<GstClock*>(g_object_new(gst_system_clock_get_type(), "name", "kms-clock",
                                          "clock-type", GST_CLOCK_TYPE_MONOTONIC, nullptr));
  return ObjectPtr<GstClock>::sink(clock);
}

gboolean runTask(gpointer task) {
  (*static_cast<std::function<void()>*>(task))();
  return G_SOURCE_REMOVE;
}

void freeTask(gpointer task) {
  const std::unique_ptr<std::function<void()>> owned(static_cast<std::function<void()>*>(task));
}

}  // namespace

Runtime::Runtime(const Clock& clock)
    : m_clock(clock),
      m_base(clock.now()),
      m_baseTime(static_cast<GstClockTime>(m_base.time_since_epoch().count())) {
  initialise();
  m_gstClock = monotonicClock();
  m_loop = std::make_shared<GlibLoop>();
  m_pool = std::make_unique<Pool>();
}

Runtime::~Runtime() {
  m_pool->end();  // first: its jobs post to the loop
  m_loop->end();
}

io::Executor& Runtime::loop() const {
  return *m_loop;
}

GMainContext* Runtime::context() const {
  return m_loop->context();
}

GstClockTime Runtime::runningTime(TimePoint moment) const {
  return moment < m_base ? 0 : static_cast<GstClockTime>((moment - m_base).count());
}

TimePoint Runtime::momentOf(GstClockTime runningTime) const {
  return m_base + Duration(static_cast<Duration::rep>(runningTime));
}

void Runtime::loadPlugin(const std::string& path) const {
  const auto refused = [&path](const std::string& why) {
    return Error(ErrorCode::kNotAvailable,
                 "GStreamer plugin '" + path + "' cannot be loaded: " + why);
  };
  GError* failure = nullptr;
  const auto plugin = ObjectPtr<GstPlugin>::adopt(gst_plugin_load_file(path.c_str(), &failure));
  const ErrorPtr error(failure);
  if (!plugin) throw refused(error ? error->message : "unknown reason");
  // GStreamer tells plugins apart by the names of their files and gives back the one it has.
  const char* loaded = gst_plugin_get_filename(plugin.get());
  if (loaded == nullptr || path != loaded) {
    throw refused("a plugin of that name is loaded from '" +
                  std::string(loaded == nullptr ? "the program" : loaded) + "'");
  }
}

void Runtime::adoptTimeline(GstPipeline* pipeline, bool keepsOwnTime) const {
  gst_pipeline_use_clock(pipeline, m_gstClock.get());
  if (keepsOwnTime) return;
  gst_element_set_start_time(GST_ELEMENT_CAST(pipeline), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(GST_ELEMENT_CAST(pipeline), m_baseTime);
}

void Runtime::run(std::function<bool()> work, Duration deadline, std::function<void(bool)> done) {
  struct Call {
    std::function<void(bool)> done;
    SourceHandle timer;
    bool isAnswered = false;
    Pool::JobPtr job;

    void answer(bool result) {
      timer.reset();
      if (!std::exchange(isAnswered, true)) std::exchange(done, nullptr)(result);
    }
  };
  const auto call = std::make_shared<Call>();
  call->done = std::move(done);
  const std::weak_ptr<GlibLoop> weak = m_loop;
  call->job = m_pool->run([weak, call, work = std::move(work)] {
    const bool result = work();
    if (const auto loop = weak.lock()) loop->post([call, result] { call->answer(result); });
  });
  m_loop->post([this, call, deadline] {
    if (call->isAnswered) return;
    call->timer = after(deadline, [this, call] {
      m_pool->declareStuck(call->job);
      call->answer(false);
    });
  });
}

SourceHandle Runtime::after(Duration delay, std::function<void()> task) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(delay).count();
  GSource* source = g_timeout_source_new(static_cast<guint>(std::max<std::int64_t>(ms, 0)));
  auto owned = std::make_unique<std::function<void()>>(std::move(task));
  g_source_set_callback(source, &runTask, owned.release(), &freeTask);
  g_source_attach(source, context());
  return SourceHandle::adopt(source);
}

}  // namespace kms::gst
