#pragma once
/// The citation graph Cora with the split of Yang et al. 2016 (Planetoid), or another one, as NumPy's files.

#include <string>

#include "../support/common/program.hpp"
#include "tenon/io/npy.hpp"
#include "tenon/nn/graph.hpp"
#include "tenon/ops/index/select.hpp"

namespace graph_classification {

/// Papers, the words in them, and who cites whom.
struct Citations {
  tn::Csr<float> adjacency, features;  ///< (papers, papers), symmetric; (papers, words), rows add up to 1
  tn::Tensor<tn::index_t> labels;      ///< of each paper; -1 where it is not known
  tn::Tensor<tn::index_t> train, validation, test;  ///< numbers of papers
  tn::index_t classes = 0;

  tn::index_t papers() const { return features.rows(); }
  tn::index_t words() const { return features.columns(); }
  /// Whether it is Cora as others have measured on it, by its figures: other graphs may lie in such files.
  bool is_cora() const {
    return papers() == 2708 && words() == 1433 && adjacency.entries() == 2 * 5278 && classes == 7 &&
           train.size() == 140 && test.size() == 1000;
  }
};

/// throws IoError that says what is missing, ShapeError, IndexError for files that are not as they should be
inline Citations read_citations(const std::string& given) {
  const std::string folder = examples::data_folder(
      given, "cora", "edges.npy",
      "Cora with the Planetoid split (github.com/kimiyoung/planetoid, data/ind.cora.*) as NumPy arrays:\n"
      "edges.npy, features_indptr.npy, features_indices.npy, labels.npy, idx_train.npy, idx_val.npy, "
      "idx_test.npy\n(README.md of this example describes them)");
  const auto array = [&](const char* name) {
    return tn::io::load_npy<tn::index_t>(folder + "/" + name + ".npy");
  };
  const auto edges = array("edges"), labels = array("labels"), indices = array("features_indices");
  const tn::index_t papers = labels.size();
  const auto from = select(edges, 1, 0), to = select(edges, 1, 1);
  const auto adjacency =
      tn::csr_from_entries(papers, papers, tn::cat<tn::index_t>({from, to}), tn::cat<tn::index_t>({to, from}),
                           tn::ones<float>({2 * edges.extent(0)}));
  const tn::Csr<float> words(papers, tn::amax(indices).item() + 1, array("features_indptr"), indices,
                             tn::ones<float>({indices.size()}));
  return {.adjacency = adjacency,
          .features = tn::nn::row_normalized(words),
          .labels = labels,
          .train = array("idx_train"),
          .validation = array("idx_val"),
          .test = array("idx_test"),
          .classes = tn::amax(labels).item() + 1};
}

}  // namespace graph_classification
