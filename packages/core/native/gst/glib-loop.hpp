// A GLib main loop with its own thread and context, as an executor.
#pragma once

#include <kms/io/executor.hpp>

#include <glib.h>

#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace kms::gst {

class GlibLoop final : public io::Executor {
 public:
  GlibLoop();
  ~GlibLoop() override;
  GlibLoop(const GlibLoop&) = delete;
  GlibLoop& operator=(const GlibLoop&) = delete;

  /// Runs what was accepted, then ends the thread. Not on the loop. Idempotent.
  void end();
  bool post(std::function<void()> task) override;
  [[nodiscard]] bool isCurrent() const noexcept override {
    return std::this_thread::get_id() == m_thread.get_id();
  }
  [[nodiscard]] GMainContext* context() const { return m_context; }

 private:
  static gboolean onIdle(gpointer self);
  void run();
  void drain();
  void wake();

  GMainContext* m_context;
  GMainLoop* m_loop;

  std::mutex m_mutex;  // guards what follows
  std::deque<std::function<void()>> m_tasks;
  bool m_isWoken = false;
  bool m_hasEnded = false;

  std::thread m_thread;
};

}  // namespace kms::gst
