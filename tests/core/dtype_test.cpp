#include "tenon/core/dtype.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dtype_test {

using tn::DType;

TEST(DType, TheTableIsInTheOrderOfItsEnumerators) {
  for (const tn::DTypeInfo& known : tn::dtypes) EXPECT_EQ(&tn::info(known.dtype), &known) << known.name;
}

TEST(DType, NamesAndSizes) {
  std::set<std::string> names, file_names;
  for (const tn::DTypeInfo& known : tn::dtypes) {
    names.insert(known.name);
    file_names.insert(known.file_name);
    tn::with_dtype(known.dtype, [&]<class T>(std::type_identity<T>) {
      EXPECT_EQ(known.bytes, static_cast<int>(sizeof(T)));
      EXPECT_EQ(tn::dtype_of<T>, known.dtype);
    });
  }
  EXPECT_EQ(names.size(), std::size(tn::dtypes));
  EXPECT_EQ(file_names.size(), std::size(tn::dtypes));
  EXPECT_STREQ(tn::info(DType::bfloat16).name, "bfloat16");
  EXPECT_STREQ(tn::info(DType::boolean).file_name, "BOOL");
}

}  // namespace dtype_test
