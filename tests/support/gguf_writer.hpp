#pragma once
/// GGUF files for tests: metadata and arrays of float32.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tenon/core/scalar.hpp"

namespace support {

class GgufWriter {
 public:
  GgufWriter& number(const std::string& name, float value) {
    key(name, 6) += raw(value);
    return *this;
  }
  GgufWriter& text(const std::string& name, const std::string& value) {
    key(name, 8) += string(value);
    return *this;
  }
  GgufWriter& texts(const std::string& name, const std::vector<std::string>& values) {
    std::string& to = key(name, 9) += raw(std::uint32_t{8}) + raw(std::uint64_t{values.size()});
    for (const std::string& value : values) to += string(value);
    return *this;
  }
  GgufWriter& numbers(const std::string& name, const std::vector<double>& values) {
    std::string& to = key(name, 9) += raw(std::uint32_t{6}) + raw(std::uint64_t{values.size()});
    for (const double value : values) to += raw(static_cast<float>(value));
    return *this;
  }
  GgufWriter& array(const std::string& name, const std::vector<tn::index_t>& shape,
                    const std::vector<float>& values) {
    arrays_ += string(name) + raw(static_cast<std::uint32_t>(shape.size()));
    for (std::size_t i = shape.size(); i-- > 0;) arrays_ += raw(static_cast<std::uint64_t>(shape[i]));
    arrays_ += raw(std::uint32_t{0}) + raw(std::uint64_t{data_.size()});
    data_.append(reinterpret_cast<const char*>(values.data()), 4 * values.size());
    data_.resize((data_.size() + 31) / 32 * 32);
    ++array_count_;
    return *this;
  }
  std::string bytes() const {
    std::string all = "GGUF" + raw(std::uint32_t{3}) + raw(array_count_) + raw(key_count_) + keys_ + arrays_;
    all.resize((all.size() + 31) / 32 * 32);
    return all + data_;
  }

 private:
  template <class N>
  static std::string raw(N value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }
  static std::string string(const std::string& text) { return raw(std::uint64_t{text.size()}) + text; }
  std::string& key(const std::string& name, std::uint32_t type) {
    ++key_count_;
    return keys_ += string(name) + raw(type);
  }

  std::string keys_, arrays_, data_;
  std::uint64_t key_count_ = 0, array_count_ = 0;
};

}  // namespace support
