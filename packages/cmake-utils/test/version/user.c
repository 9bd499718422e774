#include <glib.h>

gboolean user(void) {
  return GLIB_CHECK_VERSION(2, 56, 0);
}
