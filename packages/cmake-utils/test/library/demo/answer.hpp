#pragma once

namespace demo {

/// Private to the library.
int answer();

}  // namespace demo
