// GStreamer's and GLib's log lines, in the format of the server's.
#pragma once

#include <kms/base/export.hpp>
#include <kms/log/line-stream.hpp>

#include <source_location>
#include <string_view>

struct _GstDebugCategory;  // GStreamer's, kept out of headers

namespace kms::log {

/// From now on what GStreamer logs (levels and categories by GST_DEBUG) goes to `stream` instead of
/// standard error, and what GLib's libraries log becomes GStreamer's category `glib` (domains by
/// G_MESSAGES_DEBUG). With GST_DEBUG_FILE set, GStreamer writes that file as well. Once in a
/// process, best before GStreamer is initialised; `stream` lives as long as the process.
KMS_API void takeGstLog(LineStream& stream, bool isColored);

/// A category of lines that are ours and go the way of GStreamer's: its level is set by GST_DEBUG,
/// and takeGstLog() says where they end up. Any thread.
class KMS_API Category {
 public:
  /// `name` and `description` live as long as the process, as the category does.
  Category(const char* name, const char* description);
  /// Writes a line, if lines of that level (as GstDebugLevel) are wanted.
  void write(int level, std::string_view message, const std::source_location& where) const;

 private:
  _GstDebugCategory* m_category;
};

}  // namespace kms::log
