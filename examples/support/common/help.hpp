#pragma once
/// Help for programs with many options.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace examples {

/// Help with one short line for an option: names, what it takes, what it does, [default].
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(36); }
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string text = group + "\n";
    for (const CLI::Option* option : options) text += make_option(option, is_positional);
    return text;
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_expected_max() == 0) return "";
    const std::string type = option->get_type_name();
    if (type.starts_with("INT") || type.starts_with("UINT")) return " N";
    if (type.starts_with("TEXT")) return " NAME";
    return type == "FLOAT" ? " X" : type == "BOOLEAN" ? " 0|1" : " " + type;
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    const bool has_default = option->get_expected_max() == 1 && !option->get_default_str().empty();
    return option->get_description() + (has_default ? " [" + option->get_default_str() + "]" : "");
  }
};

}  // namespace examples
