#pragma once

#include <glib.h>

#include <string>

namespace demo {

/// Exported by the library; GLib is part of its public interface.
__attribute__((visibility("default"))) std::string greet(const gchar* name);

}  // namespace demo
