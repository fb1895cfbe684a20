#pragma once
/// Post-processors: the special tokens that a model wants around its texts.

#include <map>     // map
#include <memory>  // shared_ptr
#include <string>  // string
#include <vector>  // vector

#include "tenon/text/subword/encoding.hpp"
#include "tenon/text/subword/settings.hpp"

namespace TENON_NAMESPACE::text {

/// One or two texts with special tokens.
class PostProcessor {
 public:
  virtual ~PostProcessor() = default;
  /// The tokens of a text, or of a pair if `b` is not null.
  virtual Encoding apply(const Encoding& a, const Encoding* b) const = 0;
  /// Whether blanks at the ends of tokens are no part of their offsets.
  virtual bool trims_offsets() const { return false; }
  /// How many special tokens one text or two get.
  std::size_t added(bool pair) const {
    const Encoding none;
    return apply(none, pair ? &none : nullptr).size();
  }
};
/// A post-processor that is shared.
using PostProcessorRef = std::shared_ptr<const PostProcessor>;

/// The post-processor that settings describe.
///   throws: IoError that names a type which is not known, or a setting that is wrong
PostProcessorRef make_post_processor(const io::Json& json);

namespace detail {

/// Texts and special tokens in the order of a template.
class TemplateProcessor : public PostProcessor {
 public:
  struct Part {
    int text;  ///< 0 or 1, or -1 for a special token
    index_t type;
    std::vector<index_t> ids;
  };
  TemplateProcessor(std::vector<Part> single, std::vector<Part> pair, bool trims)
      : single_(std::move(single)), pair_(std::move(pair)), trims_(trims) {}

  Encoding apply(const Encoding& a, const Encoding* b) const override {
    Encoding all;
    for (const Part& part : b ? pair_ : single_) {
      if (part.text == 0) all.add(a, part.type);
      if (part.text == 1) all.add(*b, part.type);
      for (const index_t id : part.ids) all.add(id, part.type, {}, true);
    }
    return all;
  }
  bool trims_offsets() const override { return trims_; }

 private:
  std::vector<Part> single_, pair_;
  bool trims_;
};

/// Texts one after the other.
class PlainProcessor : public PostProcessor {
 public:
  explicit PlainProcessor(bool trims) : trims_(trims) {}
  Encoding apply(const Encoding& a, const Encoding* b) const override {
    Encoding all = a;
    if (b) all.add(*b, 1);
    return all;
  }
  bool trims_offsets() const override { return trims_; }

 private:
  bool trims_;
};

/// The special tokens of the last part that has some; offsets are trimmed if one of the parts does.
class ProcessorSequence : public PostProcessor {
 public:
  explicit ProcessorSequence(std::vector<PostProcessorRef> parts) : parts_(std::move(parts)) {}
  Encoding apply(const Encoding& a, const Encoding* b) const override {
    const PostProcessor* last = nullptr;
    for (const PostProcessorRef& part : parts_)
      if (!last || part->added(false) > 0) last = part.get();
    return last ? last->apply(a, b) : PlainProcessor(false).apply(a, b);
  }
  bool trims_offsets() const override {
    return std::any_of(parts_.begin(), parts_.end(),
                       [](const PostProcessorRef& p) { return p->trims_offsets(); });
  }

 private:
  std::vector<PostProcessorRef> parts_;
};

inline std::vector<TemplateProcessor::Part> template_parts(const Settings& s, const char* name) {
  std::vector<TemplateProcessor::Part> parts;
  for (const io::Json& element : s.at(name).elements()) {
    const Settings part(element, s.component());
    const bool special = part.find("SpecialToken") != nullptr;
    const Settings what(part.at(special ? "SpecialToken" : "Sequence"), s.component());
    TemplateProcessor::Part p{-1, what.number("type_id", 0), {}};
    if (special) {
      const Settings tokens(s.at("special_tokens"), s.component()),
          token(tokens.at(what.string("id").c_str()), s.component());
      for (const io::Json& id : token.at("ids").elements()) p.ids.push_back(token.whole(id, "ids"));
    } else {
      p.text = what.string("id") == "B" ? 1 : 0;
    }
    parts.push_back(std::move(p));
  }
  return parts;
}
/// The number in a setting ["[SEP]", 102].
inline index_t numbered_token(const Settings& s, const char* name) {
  const std::vector<io::Json>& pair = s.at(name).elements();
  check<IoError>(pair.size() == 2, "tokenizer", s.component(), ": '", name, "' is no token with its number");
  return s.whole(pair[1], name);
}

}  // namespace detail

inline PostProcessorRef make_post_processor(const io::Json& json) {
  namespace d = tenon::text::detail;
  using Template = d::TemplateProcessor;
  const Settings s(json, "post_processor");
  const std::string type = s.type();
  if (type == "TemplateProcessing")
    return std::make_shared<Template>(d::template_parts(s, "single"), d::template_parts(s, "pair"), false);
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    const bool bert = type == "BertProcessing";
    const index_t cls = d::numbered_token(s, "cls"), sep = d::numbered_token(s, "sep");
    const std::vector<Template::Part> single = {{-1, 0, {cls}}, {0, 0, {}}, {-1, 0, {sep}}};
    std::vector<Template::Part> pair = single;
    if (!bert) pair.push_back({-1, 0, {sep}});
    const index_t second = bert ? 1 : 0;
    pair.push_back({1, second, {}});
    pair.push_back({-1, second, {sep}});
    return std::make_shared<Template>(single, pair, !bert && s.flag("trim_offsets", true));
  }
  if (type == "ByteLevel") return std::make_shared<d::PlainProcessor>(s.flag("trim_offsets", true));
  if (type == "Sequence") {
    std::vector<PostProcessorRef> parts;
    for (const io::Json& part : s.at("processors").elements()) parts.push_back(make_post_processor(part));
    return std::make_shared<d::ProcessorSequence>(std::move(parts));
  }
  fail<IoError>("tokenizer", "the post-processor '", type, "' is not known");
}

}  // namespace TENON_NAMESPACE::text
