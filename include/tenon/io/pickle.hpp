#pragma once
/// Reading of Python's pickles as far as PyTorch's files of tensors need it: numbers, strings, lists, dicts and
/// tensors. No code is ever run: whatever else a pickle asks for is refused by its name. The opcodes are those of
/// protocol 2 to 4, https://docs.python.org/3/library/pickletools.html.

#include <cstdint>        // int32_t, int64_t, uint16_t, uint32_t, uint64_t, uint8_t
#include <cstring>        // memcpy
#include <deque>          // deque
#include <string>         // string
#include <string_view>    // string_view
#include <unordered_map>  // unordered_map
#include <utility>        // pair
#include <vector>         // vector

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::io {

/// A value of a pickle.
struct PickleValue {
  /// What it is. A tensor holds the list of the arguments that rebuild it, a storage the list that names it; several
  /// share such a list, so that memory does not grow faster than the pickle.
  enum class Kind { none, number, string, list, dict, name, mark, storage, tensor };
  Kind kind = Kind::none;                   ///< what it is
  std::int64_t number = 0;                  ///< of a whole number or a truth value
  std::string text{};                       ///< of a string, or the name of a class or function
  std::vector<const PickleValue*> items{};  ///< of a list, a tuple, a storage or a tensor
  std::vector<std::pair<const PickleValue*, const PickleValue*>> members{};  ///< of a dict
};

/// Interprets a pickle; the values live as long as it does.
class PickleReader {
 public:
  /// Reads one pickle.
  ///   throws: IoError if it is damaged, or asks for what is no tensor, number, string, list or dict
  explicit PickleReader(std::string_view bytes) : bytes_(bytes) { run(); }
  /// What the pickle holds.
  const PickleValue& root() const { return *root_; }
  /// Its bytes; others may follow.
  std::size_t size() const { return at_; }
  /// All storages that it names, in its order.
  const std::vector<const PickleValue*>& storages() const { return storages_; }

 private:
  using Kind = PickleValue::Kind;

  template <class... Pieces>
  static void require(bool holds, const Pieces&... sentence) {
    check<IoError>(holds, "pickle", sentence...);
  }
  std::string_view take(std::uint64_t size) {
    require(size <= bytes_.size() - at_, "the pickle is cut off");
    const std::string_view part = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += part.size();
    return part;
  }
  template <class N>
  N number() {
    N value;
    std::memcpy(&value, take(sizeof(N)).data(), sizeof(N));
    return value;
  }
  std::string_view line() {
    const std::size_t end = bytes_.find('\n', at_);
    require(end != std::string_view::npos, "the pickle is cut off");
    const std::string_view text = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return text;
  }

  PickleValue* make(Kind kind) {
    values_.push_back({kind});
    return &values_.back();
  }
  void push(PickleValue* value) { stack_.push_back(value); }
  void push_number(std::int64_t value) {
    PickleValue* const v = make(Kind::number);
    v->number = value;
    push(v);
  }
  void push_text(Kind kind, std::string_view text) {
    PickleValue* const v = make(kind);
    v->text = text;
    push(v);
  }
  PickleValue* pop() {
    require(!stack_.empty() && stack_.back()->kind != Kind::mark, "the pickle is damaged");
    PickleValue* const value = stack_.back();
    stack_.pop_back();
    return value;
  }
  PickleValue* top(Kind kind) {
    require(!stack_.empty() && stack_.back()->kind == kind, "the pickle is damaged");
    return stack_.back();
  }
  /// What was pushed since the last mark, which goes.
  std::vector<const PickleValue*> pop_to_mark() {
    std::size_t first = stack_.size();
    while (first > 0 && stack_[first - 1]->kind != Kind::mark) --first;
    require(first > 0, "the pickle is damaged");
    std::vector<const PickleValue*> items(stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
    stack_.resize(first - 1);
    return items;
  }
  void push_list(std::vector<const PickleValue*> items) {
    PickleValue* const list = make(Kind::list);
    list->items = std::move(items);
    push(list);
  }
  void push_holder(Kind kind, const PickleValue* list) {
    PickleValue* const holder = make(kind);
    holder->items.push_back(list);
    push(holder);
  }
  void push_last(std::size_t count) {
    std::vector<const PickleValue*> items(count);
    while (count > 0) items[--count] = pop();
    push_list(std::move(items));
  }
  void set_items(const std::vector<const PickleValue*>& items) {
    require(items.size() % 2 == 0, "the pickle is damaged");
    PickleValue* const dict = top(Kind::dict);
    for (std::size_t i = 0; i < items.size(); i += 2) dict->members.push_back({items[i], items[i + 1]});
  }
  /// A class or a function that a pickle of tensors may name.
  void push_name(const std::string& module, const std::string& name) {
    const std::string full = module + "." + name;
    const bool storage = module == "torch" && name.size() > 7 && name.ends_with("Storage");
    const bool known = storage || full == "collections.OrderedDict" ||
                       full == "torch._utils._rebuild_tensor" || full == "torch._utils._rebuild_tensor_v2" ||
                       full == "torch._utils._rebuild_parameter";
    require(known, "the file asks for ", full,
            ", which is no part of a file of tensors: nothing of it is run");
    push_text(Kind::name, full);
  }
  /// f(arguments)
  void call() {
    const PickleValue* const arguments = pop();
    const PickleValue* const function = pop();
    require(function->kind == Kind::name && arguments->kind == Kind::list, "the pickle is damaged");
    const std::vector<const PickleValue*>& a = arguments->items;
    if (function->text == "collections.OrderedDict") {
      push(make(Kind::dict));
    } else if (function->text == "torch._utils._rebuild_parameter") {
      require(!a.empty() && a[0]->kind == Kind::tensor, "the pickle is damaged");
      push_holder(Kind::tensor, a[0]->items[0]);
    } else {
      require(function->text.starts_with("torch._utils.") && a.size() >= 4 && a[0]->kind == Kind::storage,
              "the file calls ", function->text, " in a way that is not known");
      push_holder(Kind::tensor, arguments);
    }
  }
  void remember(std::uint64_t place) {
    require(!stack_.empty(), "the pickle is damaged");
    memo_[place] = stack_.back();
  }
  void recall(std::uint64_t place) {
    const auto at = memo_.find(place);
    require(at != memo_.end(), "the pickle is damaged");
    push(at->second);
  }
  void push_long(std::string_view bytes) {
    if (bytes.size() > 8) return push(make(Kind::none));  // no extent of a tensor
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
    const bool negative = !bytes.empty() && static_cast<std::int8_t>(bytes.back()) < 0;
    if (negative && bytes.size() < 8) value |= ~std::uint64_t{0} << (8 * bytes.size());
    push_number(static_cast<std::int64_t>(value));
  }

  void run() {
    while (true) {
      const auto code = number<std::uint8_t>();
      if (code == '.') {
        root_ = pop();
        return;
      }
      step(code);
    }
  }
  void step(std::uint8_t code) {
    switch (code) {
      case 0x80:
        take(1);
        break;  // the protocol
      case 0x95:
        take(8);
        break;  // a frame
      case '(':
        push(make(Kind::mark));
        break;
      case 'N':
        push(make(Kind::none));
        break;
      case 0x88:
        push_number(1);
        break;
      case 0x89:
        push_number(0);
        break;
      case 'K':
        push_number(number<std::uint8_t>());
        break;
      case 'M':
        push_number(number<std::uint16_t>());
        break;
      case 'J':
        push_number(number<std::int32_t>());
        break;
      case 0x8a:
        push_long(take(number<std::uint8_t>()));
        break;
      case 'G':
        take(8), push(make(Kind::none));
        break;  // a real number, of which no tensor is made
      case 'X':
        push_text(Kind::string, take(number<std::uint32_t>()));
        break;
      case 0x8c:
        push_text(Kind::string, take(number<std::uint8_t>()));
        break;
      case 'T':
        push_text(Kind::string, take(number<std::uint32_t>()));
        break;
      case 'U':
        push_text(Kind::string, take(number<std::uint8_t>()));
        break;
      case '}':
        push(make(Kind::dict));
        break;
      case ']':
        push_list({});
        break;
      case ')':
        push_list({});
        break;
      case 't':
        push_list(pop_to_mark());
        break;
      case 'l':
        push_list(pop_to_mark());
        break;
      case 0x85:
        push_last(1);
        break;
      case 0x86:
        push_last(2);
        break;
      case 0x87:
        push_last(3);
        break;
      case 'a': {
        const PickleValue* const item = pop();
        top(Kind::list)->items.push_back(item);
        break;
      }
      case 'e': {
        const std::vector<const PickleValue*> items = pop_to_mark();
        PickleValue* const list = top(Kind::list);
        list->items.insert(list->items.end(), items.begin(), items.end());
        break;
      }
      case 's': {
        const PickleValue *const value = pop(), *const key = pop();
        set_items({key, value});
        break;
      }
      case 'u':
        set_items(pop_to_mark());
        break;
      case 'q':
        remember(number<std::uint8_t>());
        break;
      case 'r':
        remember(number<std::uint32_t>());
        break;
      case 0x94:
        remember(memo_.size());
        break;
      case 'h':
        recall(number<std::uint8_t>());
        break;
      case 'j':
        recall(number<std::uint32_t>());
        break;
      case 'c': {
        const std::string module(line()), name(line());
        push_name(module, name);
        break;
      }
      case 0x93: {
        const std::string name = pop()->text, module = pop()->text;
        push_name(module, name);
        break;
      }
      case 'Q': {
        const PickleValue* const name = pop();
        require(name->kind == Kind::list && name->items.size() >= 5, "the pickle is damaged");
        push_holder(Kind::storage, name);
        storages_.push_back(stack_.back());
        break;
      }
      case 'R':
        call();
        break;
      case 'b':
        pop();
        break;  // attributes of an OrderedDict, which are none of its tensors
      default:
        require(false, "the opcode ", int{code}, " is not known");
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::deque<PickleValue> values_{};
  std::vector<PickleValue*> stack_{};
  std::unordered_map<std::uint64_t, PickleValue*> memo_{};
  std::vector<const PickleValue*> storages_{};
  const PickleValue* root_ = nullptr;
};

}  // namespace TENON_NAMESPACE::io
