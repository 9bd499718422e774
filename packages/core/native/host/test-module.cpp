// A module for the loader's test: one class, whose only method gives its argument back.
#include <kms/host/module.hpp>

namespace {

class Echo final : public kms::host::Object {
 public:
  void invoke(std::string_view, const kms::Value& args, kms::host::Completion done) override {
    done.resolve(args);
  }
  void close(kms::host::Completion done) override { done.resolve(); }
};

}  // namespace

extern "C" int kms_module_register(kms::host::Registrar* registrar) {
  return kms::host::registerModule(registrar, [](kms::host::Registrar& to) {
    to.addClass("Echo", {[](kms::host::Services&, const kms::Value&) -> kms::io::Executor& {
                           throw kms::Error(kms::ErrorCode::kMarshall, "Echo lives nowhere");
                         },
                         [](const kms::host::Context&, const kms::Value&) {
                           return std::make_unique<Echo>();
                         }});
  });
}
