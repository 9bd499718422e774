#include <kms/log/gst-log.hpp>
#include <kms/log/line.hpp>

#include <gst/gst.h>

#include <cstdlib>
#include <memory>
#include <string>

GST_DEBUG_CATEGORY_STATIC(glib_debug);

namespace kms::log {

namespace {

struct Taker {
  LineStream* stream;
  bool isColored;
};

std::string textOf(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

std::string nameOf(GObject* object) {
  if (object == nullptr) return {};
  if (GST_IS_PAD(object)) {
    // As GStreamer's own log does, without the pad's lock: it logs while it holds that.
    const GstObject* parent = GST_OBJECT_PARENT(object);
    const std::string owner = parent == nullptr ? "''" : textOf(GST_OBJECT_NAME(parent));
    return owner + ":" + textOf(GST_OBJECT_NAME(object));
  }
  if (GST_IS_OBJECT(object) && GST_OBJECT_NAME(object) != nullptr) return GST_OBJECT_NAME(object);
  return G_IS_OBJECT(object) ? G_OBJECT_TYPE_NAME(object) : std::string();
}

/// Of the whole signature that compilers give.
std::string nameOf(const std::source_location& where) {
  const std::string_view signature = where.function_name();
  const std::string_view head = signature.substr(0, signature.find('('));
  return std::string(head.substr(head.find_last_of(" :") + 1));
}

// The signature is GStreamer's. NOLINTNEXTLINE(readability-function-size)
void onGstLog(GstDebugCategory* category, GstDebugLevel level, const char* file,
              const char* function, int line, GObject* object, GstDebugMessage* message,
              gpointer data) {
  if (level > gst_debug_category_get_threshold(category)) return;
  const auto* taker = static_cast<const Taker*>(data);
  const std::string name = nameOf(object);
  const std::string text = textOf(gst_debug_message_get(message));
  taker->stream->write(formatLine({.level = level,
                                   .category = gst_debug_category_get_name(category),
                                   .file = file,
                                   .line = line,
                                   .function = function,
                                   .object = name,
                                   .message = text},
                                  taker->isColored));
}

GstDebugLevel levelOf(GLogLevelFlags flags) {
  if ((flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0) return GST_LEVEL_ERROR;
  if ((flags & G_LOG_LEVEL_WARNING) != 0) return GST_LEVEL_WARNING;
  if ((flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO)) != 0) return GST_LEVEL_INFO;
  return GST_LEVEL_DEBUG;
}

std::string fieldOf(const GLogField* fields, gsize count, const char* key) {
  for (gsize i = 0; i < count; ++i) {
    if (g_strcmp0(fields[i].key, key) != 0) continue;
    const char* value = static_cast<const char*>(fields[i].value);
    return fields[i].length < 0 ? textOf(value)
                                : std::string(value, static_cast<std::size_t>(fields[i].length));
  }
  return {};
}

GLogWriterOutput onGlibLog(GLogLevelFlags flags, const GLogField* fields, gsize count, gpointer) {
  const std::string domain = fieldOf(fields, count, "GLIB_DOMAIN");
  if (g_log_writer_default_would_drop(flags, domain.c_str()) != FALSE) return G_LOG_WRITER_HANDLED;
  const std::string message = fieldOf(fields, count, "MESSAGE");
  gst_debug_log(glib_debug, levelOf(flags), domain.empty() ? "glib" : domain.c_str(), "", 0,
                nullptr, "%s", message.c_str());
  return G_LOG_WRITER_HANDLED;
}

}  // namespace

void takeGstLog(LineStream& stream, bool isColored) {
  auto taker = std::make_unique<Taker>(Taker{&stream, isColored});
  if (std::getenv("GST_DEBUG_FILE") == nullptr)
    gst_debug_remove_log_function(&gst_debug_log_default);
  gst_debug_add_log_function(&onGstLog, taker.release(), nullptr);  // kept for good
  GST_DEBUG_CATEGORY_INIT(glib_debug, "glib", 0, "GLib's own log");
  g_log_set_writer_func(&onGlibLog, nullptr, nullptr);
}

Category::Category(const char* name, const char* description)
    : m_category(_gst_debug_category_new(name, 0, description)) {}

void Category::write(int level, std::string_view message, const std::source_location& where) const {
  const auto wanted = static_cast<GstDebugLevel>(level);
  if (wanted > gst_debug_category_get_threshold(m_category)) return;
  gst_debug_log(m_category, wanted, where.file_name(), nameOf(where).c_str(),
                static_cast<int>(where.line()), nullptr, "%.*s", static_cast<int>(message.size()),
                message.data());
}

}  // namespace kms::log
