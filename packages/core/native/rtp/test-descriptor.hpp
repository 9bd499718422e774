// For tests: dependency descriptors, written bit by bit after appendix A.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kms::rtp {

class TestBits {
 public:
  TestBits& put(std::uint32_t value, unsigned count) {
    for (; count > 0; --count, ++m_count) {
      if (m_count % 8 == 0) m_bytes.push_back(0);
      const auto bit = static_cast<std::uint8_t>((value >> (count - 1)) & 1U);
      m_bytes.back() |= static_cast<std::uint8_t>(bit << (7U - m_count % 8U));
    }
    return *this;
  }
  /// ns(limit)
  TestBits& putBelow(std::uint32_t value, std::uint32_t limit) {
    unsigned width = 0;
    for (std::uint32_t rest = limit; rest != 0; rest >>= 1U) ++width;
    const std::uint32_t shorter = (1U << width) - limit;
    return value < shorter ? put(value, width - 1) : put(value + shorter, width);
  }
  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return m_bytes; }

 private:
  std::vector<std::uint8_t> m_bytes;
  std::size_t m_count = 0;
};

struct TestTemplate {
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  std::string_view indications;  ///< "-", "D", "S", "R" for each target
  std::vector<std::uint8_t> references{};
  std::vector<std::uint8_t> chains{};  ///< distance to each chain's frame before; 0 where not given
};

struct TestStructure {
  std::uint8_t offset = 0;
  std::uint8_t targets = 1;
  std::uint8_t chains = 1;
  std::vector<TestTemplate> templates;  ///< by spatial, then temporal layer

  void write(TestBits& bits) const {
    bits.put(offset, 6).put(targets - 1U, 5);
    for (std::size_t i = 0; i + 1 < templates.size(); ++i) {
      const bool up = templates[i + 1].spatial > templates[i].spatial;
      const bool same = !up && templates[i + 1].temporal == templates[i].temporal;
      bits.put(up ? 2 : (same ? 0 : 1), 2);
    }
    bits.put(3, 2);
    constexpr std::string_view kIndications = "-DSR";
    for (const TestTemplate& each : templates) {
      for (const char sign : each.indications)
        bits.put(static_cast<std::uint32_t>(kIndications.find(sign)), 2);
    }
    for (const TestTemplate& each : templates) {
      for (const std::uint8_t distance : each.references) bits.put(1, 1).put(distance - 1U, 4);
      bits.put(0, 1);
    }
    bits.putBelow(chains, targets + 1U);
    for (std::uint32_t i = 0; i < targets; ++i) bits.putBelow(i * chains / targets, chains);
    for (const TestTemplate& each : templates) {
      for (std::size_t i = 0; i < chains; ++i)
        bits.put(i < each.chains.size() ? each.chains[i] : 0, 4);
    }
    bits.put(1, 1);
    for (int i = 0; i <= templates.back().spatial; ++i) bits.put(639, 16).put(359, 16);
  }
};

struct TestDescriptor {
  std::uint16_t number = 1;
  std::uint8_t templateId = 0;
  bool start = true;
  bool end = true;
  const TestStructure* structure = nullptr;
  std::optional<std::uint32_t> active{};
  std::uint8_t targets = 9;  ///< of the structure, where it is not with it
};

inline std::vector<std::uint8_t> descriptor(const TestDescriptor& what) {
  TestBits bits;
  bits.put(what.start ? 1 : 0, 1).put(what.end ? 1 : 0, 1).put(what.templateId, 6);
  bits.put(what.number, 16);
  if (what.structure == nullptr && !what.active) return bits.bytes();
  bits.put(what.structure != nullptr ? 1 : 0, 1).put(what.active ? 1 : 0, 1).put(0, 3);
  if (what.structure != nullptr) what.structure->write(bits);
  if (what.active)
    bits.put(*what.active, what.structure != nullptr ? what.structure->targets : what.targets);
  return bits.bytes();
}

/// Two temporal layers.
inline TestStructure structureL1T2() {
  return {0, 2, 1, {{0, 0, "SS", {}, {0}}, {0, 0, "SS", {2}, {2}}, {0, 1, "-D", {1}, {1}}}};
}

/// Three temporal layers: T0 T2 T1 T2. Templates: key, T0, T1, T2 after T0, T2 after T1.
inline TestStructure structureL1T3() {
  return {0,
          3,
          1,
          {{0, 0, "SSS", {}, {0}},
           {0, 0, "SSS", {4}, {4}},
           {0, 1, "-DS", {2}, {2}},
           {0, 2, "--D", {1}, {1}},
           {0, 2, "--D", {1}, {3}}}};
}

/// Three spatial layers of one temporal layer each, upper ones made from lower ones in each
/// picture (full SVC). Templates: S0 key, S0, S1 key, S1, S2 key, S2.
inline TestStructure structureL3T1() {
  return {0,
          3,
          3,
          {{0, 0, "SSS", {}, {0, 0, 0}},
           {0, 0, "SRR", {3}, {3, 2, 1}},
           {1, 0, "-SS", {1}, {1, 1, 1}},
           {1, 0, "-SR", {3, 1}, {1, 1, 1}},
           {2, 0, "--S", {1}, {2, 1, 1}},
           {2, 0, "--S", {3, 1}, {2, 1, 1}}}};
}

/// Three spatial layers of three temporal ones each, joined in keyframes only. For each spatial
/// layer s the templates 5s to 5s+4: key, T0, T1, T2 after T0, T2 after T1.
inline TestStructure structureL3T3Key() {
  return {0,
          9,
          3,
          {{0, 0, "SSSSSSSSS", {}, {0, 0, 0}},
           {0, 0, "SSS------", {12}, {12, 11, 10}},
           {0, 1, "-DS------", {6}, {6, 5, 4}},
           {0, 2, "--D------", {3}, {3, 2, 1}},
           {0, 2, "--D------", {3}, {9, 8, 7}},
           {1, 0, "---SSSSSS", {1}, {1, 1, 1}},
           {1, 0, "---SSS---", {12}, {1, 12, 11}},
           {1, 1, "----DS---", {6}, {7, 6, 5}},
           {1, 2, "-----D---", {3}, {4, 3, 2}},
           {1, 2, "-----D---", {3}, {10, 9, 8}},
           {2, 0, "------SSS", {1}, {2, 1, 1}},
           {2, 0, "------SSS", {12}, {2, 1, 12}},
           {2, 1, "-------DS", {6}, {8, 7, 6}},
           {2, 2, "--------D", {3}, {5, 4, 3}},
           {2, 2, "--------D", {3}, {11, 10, 9}}}};
}

}  // namespace kms::rtp
