#include "tenon/core/reflect.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace reflect_test {

template <class M>
std::vector<std::string> names(M& object) {
  std::vector<std::string> list;
  tn::for_each_field(object, [&](std::string_view name, auto&) { list.emplace_back(name); });
  return list;
}

struct Inner {
  int depth = 3;
};
struct Plain {
  int count = 1;
  std::string text = "two";
  std::vector<int> list{3, 4};
  std::unique_ptr<int> owned;
  std::optional<double> perhaps;
  std::array<int, 2> pair{5, 6};
  Inner inner;
};

TEST(Reflect, NamesTheMembersOfAPlainStructInOrder) {
  Plain object;
  const std::vector<std::string> want{"count", "text", "list", "owned", "perhaps", "pair", "inner"};
  EXPECT_EQ(names(object), want);
  const Plain& constant = object;
  EXPECT_EQ(names(constant), want);
  Inner inner;
  EXPECT_EQ(names(inner), std::vector<std::string>{"depth"});
}

TEST(Reflect, TiesMembersByReference) {
  Plain object;
  const auto fields = tn::tie_fields(object);
  static_assert(std::tuple_size_v<decltype(fields)> == 7);
  std::get<0>(fields) = 9;
  EXPECT_EQ(object.count, 9);
  const Plain constant;
  static_assert(std::is_same_v<std::tuple_element_t<0, decltype(tn::tie_fields(constant))>, const int&>);
}

template <class T>
struct Templated {
  T value{};
  const int fixed = 2;
};

TEST(Reflect, TemplatesAndConstMembers) {
  Templated<std::string> object;
  EXPECT_EQ(names(object), (std::vector<std::string>{"value", "fixed"}));
}

class Told {
 public:
  explicit Told(int seed) : first_(seed), second_(seed + 1) {}
  TENON_FIELDS(first_, second_);

 private:
  int first_;
  double second_;
};

TEST(Reflect, AClassTellsItsMembers) {
  Told object(1);
  EXPECT_EQ(names(object), (std::vector<std::string>{"first_", "second_"}));
  std::get<0>(tn::tie_fields(object)) = 7;
  const Told& constant = object;
  double sum = 0;
  tn::for_each_field(constant,
                     [&](std::string_view, const auto& member) { sum += static_cast<double>(member); });
  EXPECT_EQ(sum, 9);
}

struct Partly {
  int first = 1;
  std::string between;
  double second = 2;
  TENON_FIELDS(first, second);
};
struct Small {
  int first = 1;
  float second = 2;
  bool third = true;
  std::unique_ptr<int> forgotten;
  TENON_FIELDS(first, second, third);
};
struct Marked {
  bool first = true;
  std::string between;
  bool second = false;
  bool in_padding = false;  // not missed: it takes no room
  TENON_FIELDS(second, first);
  TENON_LEFT_OUT(between);
};

TEST(Reflect, AListThatLeavesAMemberOutIsNoticed) {
  static_assert(tn::names_all_members<Told>());
  static_assert(!tn::names_all_members<Partly>());
  static_assert(!tn::names_all_members<Small>());
  static_assert(tn::names_all_members<Marked>());
  Marked object;
  EXPECT_EQ(names(object), (std::vector<std::string>{"second", "first"}));
}

struct Most {
  int m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15;
  int m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31;
};

TEST(Reflect, UpTo32Members) {
  Most object{};
  object.m31 = 5;
  const auto fields = tn::tie_fields(object);
  static_assert(std::tuple_size_v<decltype(fields)> == tn::max_fields);
  EXPECT_EQ(std::get<31>(fields), 5);
  const auto list = names(object);
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(list[i], "m" + std::to_string(i));
}

}  // namespace reflect_test
