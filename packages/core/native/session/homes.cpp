// Where native objects live.
#include <kms/gst/runtime.hpp>
#include <kms/host/object.hpp>
#include <kms/router/router.hpp>

namespace kms::host {

io::Executor& ioThreadHome(Services& services, const Value& params) {
  const int thread = params.at("ioThread").as<int>();
  if (thread < 0) throw Error(ErrorCode::kMarshall, "'ioThread' should not be negative");
  return services.router.executor(static_cast<std::size_t>(thread));
}

io::Executor& glibHome(Services& services, const Value&) {
  return services.gst.loop();
}

}  // namespace kms::host
