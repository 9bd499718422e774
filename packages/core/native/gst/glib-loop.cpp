#include "gst/glib-loop.hpp"

#include <utility>

namespace kms::gst {

GlibLoop::GlibLoop()
    : m_context(g_main_context_new()),
      m_loop(g_main_loop_new(m_context, FALSE)),
      m_thread([this] { run(); }) {}

GlibLoop::~GlibLoop() {
  end();
  g_main_loop_unref(m_loop);
  g_main_context_unref(m_context);
}

void GlibLoop::end() {
  if (!m_thread.joinable()) return;
  post([this] {
    {
      const std::scoped_lock lock(m_mutex);
      m_hasEnded = true;
    }
    drain();
    g_main_loop_quit(m_loop);
  });
  m_thread.join();
}

void GlibLoop::run() {
  g_main_context_push_thread_default(m_context);
  g_main_loop_run(m_loop);
  g_main_context_pop_thread_default(m_context);
}

bool GlibLoop::post(std::function<void()> task) {
  const std::scoped_lock lock(m_mutex);
  if (m_hasEnded) return false;
  m_tasks.push_back(std::move(task));
  if (!std::exchange(m_isWoken, true)) wake();
  return true;
}

void GlibLoop::wake() {
  GSource* source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, &GlibLoop::onIdle, this, nullptr);
  g_source_attach(source, m_context);
  g_source_unref(source);
}

gboolean GlibLoop::onIdle(gpointer self) {
  static_cast<GlibLoop*>(self)->drain();
  return G_SOURCE_REMOVE;
}

void GlibLoop::drain() {
  for (;;) {
    std::deque<std::function<void()>> tasks;
    {
      const std::scoped_lock lock(m_mutex);
      tasks.swap(m_tasks);
      if (tasks.empty()) {
        m_isWoken = false;
        return;
      }
    }
    for (; !tasks.empty(); tasks.pop_front()) tasks.front()();
  }
}

}  // namespace kms::gst
