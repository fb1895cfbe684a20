/// text_generation: continues texts by a language model that others trained. See README.md, or --help.

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "../support/common/program.hpp"
#include "tenon/models/language/text_generation.hpp"

namespace text_generation {
namespace {

using examples::Status;
using tn::index_t;
using tn::models::GenerationConfig;
using tn::models::Tokens;
using tn::pipeline::TextGeneration;

struct Options {
  std::string model = TEXT_GENERATION_MODEL, prompt = "Once upon a time", prompt_ids, report;
  index_t max_length = 0, max_new_tokens = 0;
  bool greedy = false, ids = false, stream = false;
  GenerationConfig config{.do_sample = true};
};

Tokens parse_ids(const std::string& list) {
  Tokens ids;
  for (const char* at = list.c_str(); *at;) {
    char* end = nullptr;
    ids.push_back(std::strtoll(at, &end, 10));
    tn::check<tn::ValueError>(end != at && (*end == ',' || *end == 0), "prompt-ids", "'", list,
                              "' is no list of numbers with commas");
    at = *end ? end + 1 : end;
  }
  return ids;
}

/// Prints what each token adds to the text.
tn::models::GenerationHooks printing(const TextGeneration& write, const Tokens& prompt) {
  auto stream = std::make_shared<tn::text::DecodeStream>(write.tokenizer());
  for (const index_t id : prompt) std::printf("%s", stream->push(id).c_str());
  std::fflush(stdout);
  return {.on_token = [stream](index_t, index_t token) {
    std::printf("%s", stream->push(token).c_str());
    std::fflush(stdout);
  }};
}

void print(const TextGeneration& write, const Options& o,
           const std::vector<tn::models::GeneratedText>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (o.ids) {
      for (std::size_t k = 0; k < texts[i].ids.size(); ++k)
        std::printf("%s%lld", k > 0 ? " " : "", static_cast<long long>(texts[i].ids[k]));
      std::printf("\n");
    } else {
      std::printf("%s%s\n", i > 0 ? "---------------\n" : "", write.tokenizer().decode(texts[i].ids).c_str());
    }
  }
}

void write_report(const Options& o, std::size_t prompt, std::size_t tokens, double seconds) {
  tn::io::AtomicFile file(o.report);
  file.write(examples::format(
      "{\"prompt_tokens\": %zu, \"tokens\": %zu, \"seconds\": %.4f, \"tokens_per_second\": %.1f}\n", prompt,
      tokens, seconds, static_cast<double>(tokens) / seconds));
  file.commit();
}

Status run(const Options& o) {
  if (!o.report.empty()) tn::io::check_writable(o.report);
  const TextGeneration write(o.model);
  GenerationConfig config = o.config;
  config.do_sample = !o.greedy;
  if (o.max_new_tokens > 0)
    config.max_new_tokens = o.max_new_tokens;
  else
    config.max_length = o.max_length > 0 ? o.max_length : 50;
  const Tokens prompt = o.prompt_ids.empty() ? write.encode(o.prompt) : parse_ids(o.prompt_ids);
  const auto start = std::chrono::steady_clock::now();
  const auto texts =
      write.generate({prompt}, config, o.stream ? printing(write, prompt) : tn::models::GenerationHooks{});
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (o.stream)
    std::printf("\n");
  else
    print(write, o, texts);
  std::size_t tokens = 0;
  for (const auto& text : texts) tokens += text.ids.size() - prompt.size();
  std::fprintf(stderr, "%zu tokens behind %zu of the prompt in %.2f s: %.0f a second\n", tokens,
               prompt.size(), seconds, static_cast<double>(tokens) / seconds);
  if (!o.report.empty()) write_report(o, prompt.size(), tokens, seconds);
  return examples::done;
}

void add_options(CLI::App& app, Options& o) {
  app.add_option("prompt", o.prompt, "how the text begins")->type_name("TEXT");
  app.add_option("--model", o.model, "folder of config.json, model.safetensors and tokenizer.json")
      ->type_name("FOLDER");
  auto* length = app.add_option("--max-length", o.max_length, "tokens, with those of the prompt; 0: 50");
  examples::bound(length, 0);
  examples::bound(app.add_option("--max-new-tokens", o.max_new_tokens, "tokens behind the prompt, instead"),
                  0)
      ->excludes(length);
  examples::bound(app.add_option("--num-return-sequences,-n", o.config.num_return_sequences, "texts"), 1);
  app.add_flag("--greedy", o.greedy, "the likeliest token each time");
  examples::bound(
      app.add_option("--temperature", o.config.temperature, "above 1 bolder, below 1 more careful"), 1e-6);
  examples::bound(
      app.add_option("--top-k", o.config.top_k, "choose among so many likeliest tokens; 0: among all"), 0);
  examples::bound(
      app.add_option("--top-p", o.config.top_p, "choose among the likeliest that make up this much"), 0.0,
      1.0);
  examples::bound(app.add_option("--repetition-penalty", o.config.repetition_penalty, "above 1: repeat less"),
                  1e-6);
  examples::bound(app.add_option("--num-beams", o.config.num_beams, "beams that are searched side by side"),
                  1);
  examples::bound(app.add_option("--seed", o.config.seed, "one seed gives the same texts each time"),
                  std::uint64_t{0});
  app.add_option("--prompt-ids", o.prompt_ids, "ids of tokens instead of a text: 1,2,3")->type_name("IDS");
  app.add_flag("--ids", o.ids, "print ids of tokens, a line for each text, instead of words");
  app.add_flag("--stream", o.stream, "print each token when it is chosen");
  app.add_option("--report", o.report, "write figures as JSON")->type_name("FILE");
}

}  // namespace
}  // namespace text_generation

int main(int argc, char** argv) {
  text_generation::Options o;
  CLI::App app{"Continues a text by a pretrained language model.\n", "text_generation"};
  examples::prepare(app);
  text_generation::add_options(app, o);
  return examples::run(app, argc, argv, [&] { return text_generation::run(o); });
}
