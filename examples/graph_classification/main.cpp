/// graph_classification: what a paper is about, told by its words and by whom it cites. See README.md, or
/// --help.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "../support/common/program.hpp"
#include "citations.hpp"
#include "tenon/io/model_file.hpp"
#include "tenon/models/graph/gat.hpp"
#include "tenon/models/graph/gcn.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/train/best_score.hpp"
#include "tenon/train/interrupt.hpp"
#include "tenon/train/metrics/accuracy.hpp"
#include "tenon/train/progress.hpp"
#include "tenon/train/terminal_line.hpp"

namespace graph_classification {
namespace {

using examples::format;
using examples::Status;
using tn::Tensor;

struct Options {
  std::string data, model = "gcn", save, load;
  int runs = 1, epochs = 0, patience = 0;
  std::uint64_t seed = 1;
  bool quiet = false;
};

/// What the two papers do differently.
template <class Model>
struct Recipe;

template <>
struct Recipe<tn::models::Gcn<float>> {
  /// The paper is filled up to a column of 22.
  static constexpr const char *name = "GCN", *paper = "Kipf & Welling 2017   ";
  static constexpr double published = 81.5;  // on Cora
  static constexpr tn::optim::AdamOptions adam{.lr = 0.01, .weight_decay = 5e-4};
  static constexpr bool decays_all = false;  // the first layer alone
  static constexpr int epochs = 200, patience = 200;

  static tn::Csr<float> graph(const tn::Csr<float>& adjacency) { return tn::nn::gcn_normalized(adjacency); }
};

template <>
struct Recipe<tn::models::Gat<float>> {
  static constexpr const char *name = "GAT", *paper = "Veličković et al. 2018";
  static constexpr double published = 83.0;  // on Cora
  static constexpr tn::optim::AdamOptions adam{.lr = 0.005, .weight_decay = 5e-4};
  static constexpr bool decays_all = true;
  static constexpr int epochs = 1000, patience = 100;

  static tn::Csr<float> graph(const tn::Csr<float>& adjacency) { return tn::nn::with_self_loops(adjacency); }
};

struct Scores {
  double loss = 0, accuracy = 0;
};
struct Run {
  int epochs = 0;
  double validation = 0, test = 0, seconds = 0;
};

/// One training after another of the same kind of model.
template <class Model>
class Study {
  using Recipe = graph_classification::Recipe<Model>;

 public:
  Study(const Citations& data, const Options& options)
      : data_(data), options_(options), graph_(Recipe::graph(data.adjacency)), line_(stderr, options.quiet) {}

  Status run() {
    if (!options_.load.empty()) return evaluate_file();
    describe();
    std::vector<Run> runs;
    for (int k = 0; k < options_.runs && !interrupt_.requested(); ++k) {
      const std::optional<Run> run = train(options_.seed + static_cast<std::uint64_t>(k));
      if (run) runs.push_back(*run);
    }
    line_.clear();
    if (interrupt_.requested()) {
      std::fprintf(stderr, "graph_classification: stopped; nothing was saved\n");
      return examples::interrupted;
    }
    summarize(runs);
    if (!options_.save.empty()) tn::io::save(options_.save, *best_);
    return examples::done;
  }

 private:
  Model fresh() const { return Model({.inputs = data_.words(), .classes = data_.classes}); }

  /// Of some papers.
  Tensor<float> loss(const Tensor<float>& scores, const Tensor<tn::index_t>& papers) const {
    return cross_entropy(index_select(scores, 0, papers), index_select(data_.labels, 0, papers));
  }
  Scores judge(const Tensor<float>& scores, const Tensor<tn::index_t>& papers) const {
    tn::train::Accuracy accuracy;
    accuracy.add(index_select(scores, 0, papers), index_select(data_.labels, 0, papers));
    return {loss(scores, papers).item(), 100 * accuracy.value()};
  }

  tn::optim::Adam<float> optimizer(const Model& model) const {
    tn::optim::Adam<float> adam(tn::nn::named_parameters(model), Recipe::adam);
    if (!Recipe::decays_all)
      adam.set_options([](const auto& p) { return !p.name.starts_with("conv1."); }, {.lr = Recipe::adam.lr});
    return adam;
  }

  /// The papers of the training set are one batch. The test papers are judged once, by the weights of the
  /// epoch that the validation papers choose.
  std::optional<Run> train(std::uint64_t seed) {
    tn::manual_seed(seed);
    const tn::train::Stopwatch watch;
    Model model = fresh(), chosen = model;
    tn::optim::Adam<float> adam = optimizer(model);
    const int epochs = options_.epochs > 0 ? options_.epochs : Recipe::epochs;
    const int patience = options_.patience > 0 ? options_.patience : Recipe::patience;
    tn::train::BestScore lowest, highest({.maximize = true});
    Run run;
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      const auto cost = loss(model(data_.features, graph_), data_.train);
      adam.step(grad(cost, adam.parameters()));

      const tn::NoGrad no_grad;
      const Scores validation = judge(model(data_.features, graph_), data_.validation);
      run.epochs = epoch;
      const bool surer = lowest.add(validation.loss), righter = highest.add(validation.accuracy);
      if ((surer || righter) && validation.accuracy >= run.validation) {
        run.validation = validation.accuracy;
        chosen = model;
      }
      if (std::min(lowest.stale(), highest.stale()) >= patience) break;
      if (interrupt_.requested()) return std::nullopt;
      show(seed, epoch, epochs, cost.item(), validation, watch.seconds());
    }
    run.seconds = watch.seconds();
    {
      const tn::NoGrad no_grad;
      run.test = judge(chosen(data_.features, graph_), data_.test).accuracy;
    }
    keep(chosen, run);
    line_.clear();
    std::printf("  %6llu %8d %10.1f %% %6.1f %% %9.1f\n", static_cast<unsigned long long>(seed), run.epochs,
                run.validation, run.test, run.seconds);
    std::fflush(stdout);
    return run;
  }

  void keep(const Model& model, const Run& run) {
    if (best_ && run.validation <= best_validation_) return;
    best_.emplace(model);
    best_validation_ = run.validation;
  }

  void show(std::uint64_t seed, int epoch, int epochs, double cost, const Scores& validation,
            double seconds) {
    const double each = seconds / epoch;
    line_.show(format("seed %llu  ", static_cast<unsigned long long>(seed)) +
               tn::train::progress_line({.epoch = epoch,
                                         .epochs = epochs,
                                         .loss = cost,
                                         .scores = {{"validation", validation.accuracy}},
                                         .samples_per_second = static_cast<double>(data_.papers()) / each,
                                         .seconds_left = each * (epochs - epoch)}));
  }

  void describe() const {
    using tn::train::format_count;
    std::printf("%s     %s papers of %s different words, %s citations, %lld subjects\n",
                data_.is_cora() ? "Cora " : "Graph", format_count(data_.papers()).c_str(),
                format_count(data_.words()).c_str(), format_count(data_.adjacency.entries() / 2).c_str(),
                static_cast<long long>(data_.classes));
    std::printf("          subjects of %s papers are learnt from, %s choose the epoch, %s are the test\n",
                format_count(data_.train.size()).c_str(), format_count(data_.validation.size()).c_str(),
                format_count(data_.test.size()).c_str());
    std::printf("%s       %s weights\n\n    seed   epochs   validation     test   seconds\n", Recipe::name,
                format_count(tn::nn::parameter_count(fresh())).c_str());
  }

  void summarize(const std::vector<Run>& runs) const {
    double sum = 0, squares = 0, low = 100, high = 0;
    for (const Run& run : runs) {
      sum += run.test;
      low = std::min(low, run.test);
      high = std::max(high, run.test);
    }
    const auto count = static_cast<double>(runs.size());
    const double mean = sum / count;
    for (const Run& run : runs) squares += (run.test - mean) * (run.test - mean);
    std::printf("\n  test accuracy\n");
    if (runs.size() > 1)
      std::printf("    mean of %2zu runs         %.1f %%  (deviation %.1f, from %.1f to %.1f)\n", runs.size(),
                  mean, std::sqrt(squares / (count - 1)), low, high);
    else
      std::printf("    this run                %.1f %%\n", mean);
    if (data_.is_cora()) std::printf("    %s  %.1f %%\n", Recipe::paper, Recipe::published);
  }

  Status evaluate_file() const {
    Model model = fresh();
    tn::io::load(options_.load, model);
    const tn::NoGrad no_grad;
    const auto scores = model(data_.features, graph_);
    std::printf("%s       %s\n          validation %.1f %%, test %.1f %%\n", Recipe::name,
                options_.load.c_str(), judge(scores, data_.validation).accuracy,
                judge(scores, data_.test).accuracy);
    return examples::done;
  }

  const Citations& data_;
  const Options& options_;
  tn::Csr<float> graph_;
  tn::train::TerminalLine line_;
  tn::train::Interrupt interrupt_;
  std::optional<Model> best_;  // of all runs
  double best_validation_ = 0;
};

Status run(const Options& options) {
  const Citations data = read_citations(options.data);
  if (options.model == "gat") return Study<tn::models::Gat<float>>(data, options).run();
  return Study<tn::models::Gcn<float>>(data, options).run();
}

}  // namespace
}  // namespace graph_classification

int main(int argc, char** argv) {
  graph_classification::Options o;
  CLI::App app{
      "Tells the subjects of scientific papers by their words and their citations: the graph Cora.\n",
      "graph_classification"};
  examples::prepare(app);
  app.add_option("--data", o.data, "folder of the arrays [$TENON_DATA/cora]")->type_name("FOLDER");
  app.add_option("--model", o.model, "gcn or gat")->check(CLI::IsMember({"gcn", "gat"}))->type_name("NAME");
  examples::bound(app.add_option("--runs", o.runs, "trainings, each with the next seed"), 1);
  examples::bound(app.add_option("--epochs", o.epochs, "at most so many; 0: gcn 200, gat 1000"), 0);
  examples::bound(
      app.add_option("--patience", o.patience, "epochs without a better validation; 0: gcn 200, gat 100"), 0);
  examples::bound(app.add_option("--seed", o.seed, "of the first run"), std::uint64_t{0});
  app.add_option("--save", o.save, "write the weights of the best run (safetensors)")->type_name("FILE");
  app.add_option("--load", o.load, "test saved weights instead of training")->type_name("FILE");
  app.add_flag("--quiet,-q", o.quiet, "no progress line");
  return examples::run(app, argc, argv, [&] { return graph_classification::run(o); });
}
