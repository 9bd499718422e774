// What the media worker loads: the native classes of the filters module.
#include "objects/gstreamer-filter.hpp"

#include <kms/host/module.hpp>

#include <memory>
#include <utility>

extern "C" int kms_module_register(kms::host::Registrar* registrar) {
  using namespace kms;
  return host::registerModule(registrar, [](host::Registrar& to) {
    to.addClass("GStreamerFilter",
                {&host::glibHome, [](host::Context context, const Value& params) {
                   return std::make_unique<filters::GStreamerFilter>(std::move(context), params);
                 }});
  });
}
