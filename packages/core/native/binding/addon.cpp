// The Node addon: what JavaScript sees of the native host. Glue only; see binding/README.md.
#include "binding/convert.hpp"
#include "binding/js-host.hpp"
#include "binding/log.hpp"

#include <napi.h>

#include <limits>
#include <malloc.h>
#include <memory>
#include <string>
#include <vector>

namespace kms::binding {

namespace {

constexpr const char* kPlaces[] = {"argument 1", "argument 2", "argument 3"};

/// Of one environment.
struct AddonState {
  Napi::FunctionReference handle;  // constructor of HostHandle; JavaScript cannot reach it
  std::vector<std::weak_ptr<JsHost>> hosts;
};

[[noreturn]] void raise(Napi::Env env, const Error& error) {
  napi_value thrown = toJsError(env, error.code(), error.what());
  if (thrown == nullptr) throw Napi::Error::New(env, error.what());
  throw Napi::Error(env, thrown);
}

/// Runs a method's body; a kms::Error becomes a JavaScript one with its code.
template <typename Body>
Napi::Value guarded(Napi::Env env, Body body) {
  try {
    return Napi::Value(env, body());
  } catch (const Error& error) {
    raise(env, error);
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& failure) {
    raise(env, Error(ErrorCode::kUnexpected, failure.what()));
  }
}

Value argument(const Napi::CallbackInfo& info, std::size_t index) {
  return fromJs(info.Env(), info[index], kPlaces[index]);
}

std::string text(const Napi::CallbackInfo& info, std::size_t index) {
  const Value value = argument(info, index);
  if (value.is<std::string>()) return value.text();
  throw Error(ErrorCode::kMarshall, std::string("'") + kPlaces[index] + "' should be a string");
}

/// What open() returns. Closing is explicit; a handle that is collected before closes behind the
/// scenes.
class HostHandle : public Napi::ObjectWrap<HostHandle> {
 public:
  explicit HostHandle(const Napi::CallbackInfo& info) : ObjectWrap(info) {}
  ~HostHandle() override {
    if (m_host) m_host->abandon();
  }
  HostHandle(const HostHandle&) = delete;
  HostHandle& operator=(const HostHandle&) = delete;

  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "NativeHost",
        {InstanceMethod<&HostHandle::loadModule>("loadModule"),
         InstanceMethod<&HostHandle::loadPlugin>("loadPlugin"),
         InstanceMethod<&HostHandle::create>("create"),
         InstanceMethod<&HostHandle::invoke>("invoke"), InstanceMethod<&HostHandle::link>("link"),
         InstanceMethod<&HostHandle::release>("release"),
         InstanceMethod<&HostHandle::graph>("graph"), InstanceMethod<&HostHandle::info>("info"),
         InstanceMethod<&HostHandle::close>("close")});
  }
  void adopt(std::shared_ptr<JsHost> host) { m_host = std::move(host); }

 private:
  Napi::Value loadModule(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      host().session().host().loadModule(text(info, 0));
      return info.Env().Undefined();
    });
  }
  Napi::Value loadPlugin(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      host().session().loadPlugin(text(info, 0));
      return info.Env().Undefined();
    });
  }
  Napi::Value create(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return host().begin([&](session::Session& session, const host::Completion& done) {
        session.host().create(text(info, 0), text(info, 1), argument(info, 2), done);
      });
    });
  }
  Napi::Value invoke(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return host().begin([&](session::Session& session, const host::Completion& done) {
        session.host().invoke(text(info, 0), text(info, 1), argument(info, 2), done);
      });
    });
  }
  Napi::Value link(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return host().begin([&](session::Session& session, const host::Completion& done) {
        std::optional<std::string> source;
        if (!argument(info, 2).isNull()) source = text(info, 2);
        session.host().link(text(info, 0), media::mediumFromText(text(info, 1)), source, done);
      });
    });
  }
  Napi::Value release(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return host().begin([&](session::Session& session, const host::Completion& done) {
        session.host().release(text(info, 0), done);
      });
    });
  }
  Napi::Value graph(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return host().begin([&](session::Session& session, const host::Completion& done) {
        session.host().graph(done);
      });
    });
  }
  Napi::Value info(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return host().begin([&](session::Session& session, const host::Completion& done) {
        done.resolve(session.info());
      });
    });
  }
  Napi::Value close(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] { return host().close(); });
  }

  [[nodiscard]] JsHost& host() const {
    if (m_host) return *m_host;
    throw Error(ErrorCode::kUnexpected, "a native host is made by open() only");
  }

  std::shared_ptr<JsHost> m_host;
};

std::uint16_t portOf(const Value& thread, const char* name) {
  const int port = thread.get<int>(name, 0);
  if (port >= 0 && port <= std::numeric_limits<std::uint16_t>::max())
    return static_cast<std::uint16_t>(port);
  throw Error(ErrorCode::kMarshall, "'" + std::string(name) + "' should be 0 .. 65535");
}

session::SessionConfig configOf(const Value& options) {
  session::SessionConfig config;
  for (const Value& thread : options.at("ioThreads").list())
    config.threads.push_back({portOf(thread, "udpPort"), portOf(thread, "tcpPort")});
  for (const Value& name : options.at("networkInterfaces").list()) {
    config.networkInterfaces.push_back(name.text());
  }
  if (const Value& pems = options.get("certificates"); !pems.isNull()) {
    config.certificates = {pems.get<std::string>("rsa", ""), pems.get<std::string>("ecdsa", "")};
  }
  return config;
}

Napi::Value open(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    if (!info[1].IsFunction())
      throw Error(ErrorCode::kMarshall, "'argument 2' should be a function");
    auto host = JsHost::open(info.Env(), configOf(argument(info, 0)), info[1]);
    auto* state = info.Env().GetInstanceData<AddonState>();
    std::erase_if(state->hosts, [](const auto& known) { return known.expired(); });
    state->hosts.push_back(host);
    Napi::Object object = state->handle.New({});
    HostHandle::Unwrap(object)->adopt(std::move(host));
    return object;
  });
}

void trimMemory(const Napi::CallbackInfo& /*info*/) {
  malloc_trim(0);
}

// process.exit() runs no clean-up hooks, but destroys what static things native threads still use:
// all must be down before. This is heard at every end but that of a worker thread that is
// terminated, where the hooks do run.
void closeAll(const Napi::CallbackInfo& info) {
  for (const auto& known : info.Env().GetInstanceData<AddonState>()->hosts) {
    if (const auto host = known.lock()) host->end();
  }
}

void listenForExit(Napi::Env env) {
  const auto process = env.Global().Get("process").As<Napi::Object>();
  const auto on = process.Get("on").As<Napi::Function>();
  on.Call(process,
          {Napi::String::New(env, "exit"), Napi::Function::New(env, closeAll, "closeNativeHosts")});
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  auto state = std::make_unique<AddonState>();
  state->handle = Napi::Persistent(HostHandle::define(env));
  env.SetInstanceData(state.release());
  listenForExit(env);
  exports.Set("open", Napi::Function::New(env, open, "open"));
  exports.Set("trimMemory", Napi::Function::New(env, trimMemory, "trimMemory"));
  exportLog(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(core, initialise)

}  // namespace kms::binding
