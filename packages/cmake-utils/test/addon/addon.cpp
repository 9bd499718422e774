#include <napi.h>

static Napi::Value answer(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), 42);
}

static Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports["answer"] = Napi::Function::New(env, answer);
  return exports;
}

NODE_API_MODULE(demo, initialise)
