#include <gst/gst.h>

#define PACKAGE "kms-cmake-utils"

static gboolean initialise(GstPlugin* /*plugin*/) {
  return TRUE;
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, kmsdemo, "Plugin without elements",
                  initialise, "0.1.0", "unknown", "kms-cmake-utils", "https://example.org/")
