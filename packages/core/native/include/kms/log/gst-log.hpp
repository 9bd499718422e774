// GStreamer's and GLib's log lines, in the format of the server's.
#pragma once

#include <kms/base/export.hpp>
#include <kms/log/line-stream.hpp>

namespace kms::log {

/// From now on what GStreamer logs (levels and categories by GST_DEBUG) goes to `stream` instead of
/// standard error, and what GLib's libraries log becomes GStreamer's category `glib` (domains by
/// G_MESSAGES_DEBUG). With GST_DEBUG_FILE set, GStreamer writes that file as well. Once in a
/// process, best before GStreamer is initialised; `stream` lives as long as the process.
KMS_API void takeGstLog(LineStream& stream, bool isColored);

}  // namespace kms::log
