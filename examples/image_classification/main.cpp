/// image_classification: digits, and any folder of pictures. See README.md, or --help.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../support/common/cost.hpp"
#include "training.hpp"

namespace image_classification {
namespace {

using examples::Status;

struct Options {
  std::string data, model = "lenet5", weights, save, mistakes = "mistakes.png";
  ReadOptions read;
  TrainingOptions training;
  index_t depth = 8, width = 8;
  std::uint64_t seed = 1;
  int runs = 1;
};

/// What was asked for, else the set in the folder that TENON_DATA names, else the folder mnist.
std::string data_path(const Options& options) {
  const char* all = std::getenv("TENON_DATA");
  return !options.data.empty() ? options.data : all ? std::string(all) + "/mnist" : "mnist";
}

void describe(const std::string& path, const ImageSet& set, bool trains) {
  using tn::train::format_count;
  std::printf("Images    %s: %s%s to test, %lld x %lld, %zu classes\n", path.c_str(),
              trains ? (format_count(set.train.size()) + " to learn from, ").c_str() : "",
              format_count(set.test.size()).c_str(), static_cast<long long>(set.size()),
              static_cast<long long>(set.size()), set.classes.size());
  std::fflush(stdout);
}

/// What others got on the same images, beside our own figures.
void print_published(const ImageSet& set, const NetworkSpec& spec) {
  if (!set.is_standard) return;
  const auto line = [](const char* who, const char* error) { std::printf("    %-44s %s %%\n", who, error); };
  if (set.kind == ImageSet::Kind::mnist) line("LeNet-5, LeCun et al. 1998", "0.95");
  if (set.kind == ImageSet::Kind::cifar10 && spec.depth == 20)
    line("ResNet-20, He et al. 2016, lossless images", "8.75");
}

void print_figures(const std::vector<double>& errors, const ImageSet& set, const NetworkSpec& spec) {
  double sum = 0;
  for (const double error : errors) sum += error;
  const auto [low, high] = std::minmax_element(errors.begin(), errors.end());
  std::printf(
      "\n  test error\n    %-44s %.2f %%",
      examples::format("%s, %zu run%s", spec.title().c_str(), errors.size(), errors.size() > 1 ? "s" : "")
          .c_str(),
      sum / static_cast<double>(errors.size()));
  if (errors.size() > 1) std::printf("  (%.2f to %.2f)", *low, *high);
  std::puts("");
  print_published(set, spec);
}

void report(const Options& options, const Predictions& found, const ImageSet& set) {
  std::printf("\n  what was taken for what (%zu of %lld wrong)\n%s", found.mistakes.size(),
              static_cast<long long>(found.count), found.matrix.table().c_str());
  if (options.mistakes.empty()) return;
  tn::data::write_png(options.mistakes, mistake_sheet(set.test, found.mistakes));
  std::printf("\nMistakes  %s: each above its class (green) and the guess (red)\n", options.mistakes.c_str());
}

Status use_weights(const Options& options) {
  const tn::train::Stopwatch watch;
  const auto [network, spec] = load_network(options.weights);
  const ImageSet set = read_images(
      data_path(options), {.size = spec.size, .channels = spec.channels, .limit = options.read.limit});
  describe(data_path(options), set, false);
  tn::check<tn::ValueError>(
      set.channels() == spec.channels && static_cast<index_t>(set.classes.size()) == spec.classes, "weights",
      options.weights, " are for images of ", spec.channels, " channels and ", spec.classes,
      " classes, these have ", set.channels(), " and ", set.classes.size());
  const Predictions found = predict(network, set.test, spec.scale, set.classes);
  report(options, found, set);
  print_figures({found.error()}, set, spec);
  examples::print_cost(watch);
  return examples::done;
}

Status train_runs(const Options& options) {
  const tn::train::Stopwatch watch;
  const tn::train::Interrupt interrupt;
  const ImageSet set = read_images(data_path(options), options.read);
  tn::check<tn::ValueError>(set.kind != ImageSet::Kind::cifar10, "data", data_path(options),
                            " is for testing --weights only; to learn, give a folder");
  describe(data_path(options), set, true);
  const NetworkSpec spec{
      .kind = options.model,
      .channels = set.channels(),
      .size = set.size(),
      .classes = static_cast<index_t>(set.classes.size()),
      .depth = options.depth,
      .width = options.width,
      .scale = set.kind == ImageSet::Kind::mnist ? mnist_scale() : measure_scale(set.train)};
  std::vector<double> errors;
  for (int run = 0; run < options.runs; ++run) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(run);
    tn::manual_seed(seed);
    Network network = make_network(spec);
    std::printf("\nNetwork   %s of %s weights, seed %llu\n", spec.title().c_str(),
                tn::train::format_count(tn::nn::parameter_count(network)).c_str(),
                static_cast<unsigned long long>(seed));
    if (!train(network, spec, set, options.training, seed, interrupt))
      return examples::stopped("image_classification", !options.training.checkpoint.empty());
    const Predictions found = predict(network, set.test, spec.scale, set.classes);
    errors.push_back(found.error());
    if (run + 1 < options.runs) continue;
    report(options, found, set);
    if (!options.save.empty()) {
      save_network(options.save, network, spec);
      std::printf("Weights   %s\n", options.save.c_str());
    }
  }
  print_figures(errors, set, spec);
  examples::print_cost(watch);
  return examples::done;
}

Status run(Options options) {
  // Long work whose result cannot be written should not begin.
  for (const std::string& path : {options.save, options.mistakes, options.training.checkpoint})
    if (!path.empty()) tn::io::check_writable(path);
  options.training.set_defaults(options.model);
  return options.weights.empty() ? train_runs(options) : use_weights(options);
}

void add_options(CLI::App& app, Options& o) {
  app.add_option(
         "--data", o.data,
         "folder of MNIST's files, or with a sub-folder of PNG and JPEG files for each class (or train and "
         "test with such), or a file of CIFAR-10 [$TENON_DATA/mnist, or mnist]")
      ->type_name("FOLDER");
  examples::bound(app.add_option("--size", o.read.size,
                                 "height and width that images of folders are brought to, a multiple of 4"),
                  12, 512);
  examples::bound(app.add_option("--limit", o.read.limit, "use so many images only; 0: all"), 0);
  app.add_option("--model", o.model, "lenet5, lenet5-classic (tanh and means, as in 1998) or resnet")
      ->check(CLI::IsMember({"lenet5", "lenet5-classic", "resnet"}))
      ->type_name("NAME");
  app.add_option("--depth", o.depth, "layers of resnet: 8, 14, 20, 32, …");
  examples::bound(app.add_option("--width", o.width, "channels of its first stage"), 1);
  examples::bound(
      app.add_option("--epochs", o.training.epochs, "passes over the images; 0: lenet5 10, resnet 4"), 0);
  examples::bound(app.add_option("--batch", o.training.batch, "images a step"), 2, 1 << 20);
  examples::bound(app.add_option("--lr", o.training.lr, "first learning rate; 0: lenet5 0.02, resnet 0.1"),
                  0.0);
  examples::bound(app.add_option("--weight-decay", o.training.weight_decay, "pull of the weights towards 0"),
                  0.0);
  app.add_flag("--augment", o.training.augment, "shift images by chance, mirror those of folders too");
  examples::bound(
      app.add_option("--seed", o.seed, "of the first run; one seed gives the same figures each time"),
      std::uint64_t{0});
  auto* runs = examples::bound(app.add_option("--runs", o.runs, "trainings, each with the next seed"), 1);
  examples::add_checkpoint(app, o.training.checkpoint, o.training.resume, "epoch")->excludes(runs);
  app.add_option("--csv", o.training.csv, "write a row for each epoch")->type_name("FILE")->excludes(runs);
  app.add_option("--save", o.save, "write the weights of the last run (safetensors)")->type_name("FILE");
  app.add_option("--weights", o.weights, "test weights instead of training: saved ones, or public ones")
      ->type_name("FILE");
  app.add_option("--mistakes", o.mistakes, "draw what was taken for something else (PNG); '': do not")
      ->type_name("FILE");
  app.add_flag("--quiet,-q", o.training.quiet, "no progress line");
}

}  // namespace
}  // namespace image_classification

int main(int argc, char** argv) {
  image_classification::Options o;
  CLI::App app{
      "Learns to tell handwritten digits (MNIST), or the pictures in the sub-folders of a folder, apart.\n",
      "image_classification"};
  examples::prepare(app);
  image_classification::add_options(app, o);
  return examples::run(app, argc, argv, [&] { return image_classification::run(o); });
}
