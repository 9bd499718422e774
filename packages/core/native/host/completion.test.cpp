#include <kms/host/completion.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace kms::host {
namespace {

TEST(Completion, CountsTheFirstAnswerOnly) {
  std::vector<Outcome> outcomes;
  const Completion done([&](Outcome outcome) { outcomes.push_back(std::move(outcome)); });
  done.resolve(1);
  done.resolve(2);
  done.reject(Error(ErrorCode::kUnexpected, "late"));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(std::get<Value>(outcomes[0]), Value(1));
}

TEST(Completion, IsRejectedWhenTheLastCopyGoesUnanswered) {
  std::vector<Outcome> outcomes;
  {
    const Completion first([&](Outcome outcome) { outcomes.push_back(std::move(outcome)); });
    {
      const Completion second = first;
    }
    EXPECT_TRUE(outcomes.empty());
  }
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(std::get<Error>(outcomes[0]).code(), 40108);
}

TEST(Completion, IsRejectedWithWhatTheWorkThrows) {
  std::vector<int> codes;
  const auto handler = [&](const Outcome& outcome) {
    codes.push_back(std::get<Error>(outcome).code());
  };
  guard(Completion(handler), [] { throw Error(ErrorCode::kSeekFail, "no"); });
  guard(Completion(handler), [] { throw std::runtime_error("odd"); });
  EXPECT_EQ(codes, (std::vector<int>{40700, 40003}));
}

}  // namespace
}  // namespace kms::host
