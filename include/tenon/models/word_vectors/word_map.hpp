#pragma once
/// A map of word vectors: the words of a few topics in the plane, as a self-contained SVG file.

#include <algorithm>    // clamp, find, max, min, minmax_element, sort
#include <cmath>        // hypot, llround, log, pow
#include <limits>       // numeric_limits
#include <span>         // span
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move
#include <vector>       // vector

#include "tenon/core/error.hpp"
#include "tenon/models/word_vectors/label_layout.hpp"
#include "tenon/models/word_vectors/principal_axes.hpp"
#include "tenon/models/word_vectors/word_queries.hpp"
#include "tenon/models/word_vectors/word_topics.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `word_map_svg`.
struct WordMapOptions {
  std::string title = "A map of words";  ///< the heading
  std::string note;     ///< the origin of the vectors, at the start of the line below the title
  double width = 1280;  ///< of the image, in pixels
};

/// Draws the topics' words in the plane of two principal axes of the topics' centres, as SVG: with a colour
/// for each topic, a legend, and the nearest neighbours of a word as its tooltip. It follows the reader's
/// light or dark theme. Equal vectors give equal bytes.
///
///   throws: ValueError if fewer than three of the words are in the vocabulary
std::string word_map_svg(const WordQueries& queries, const std::vector<WordTopic>& topics,
                         const WordMapOptions& options = {});

// Definitions -----------------------------------------------------------------------------------------------

namespace word_vectors::detail {

/// A number as text with at most one decimal, for any locale.
inline std::string decimal(double value) {
  const long long tenths = std::llround(value * 10), size = tenths < 0 ? -tenths : tenths;
  return (tenths < 0 ? "-" : "") + std::to_string(size / 10) +
         (size % 10 ? "." + std::to_string(size % 10) : "");
}

inline std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (static_cast<unsigned char>(c) >= ' ') {
      out += c;
    }
  }
  return out;
}

class WordMap {
 public:
  WordMap(const WordQueries& queries, const std::vector<WordTopic>& topics, const WordMapOptions& options)
      : queries_(queries), topics_(topics), options_(options) {
    choose_words();
    place_points();
  }

  std::string svg() const {
    std::string out = opening() + legend();
    for (std::size_t i = 0; i < words_.size(); ++i) out += leader(i);
    for (std::size_t i = 0; i < words_.size(); ++i) out += word(i);
    return out + "</svg>\n";
  }

 private:
  struct Word {
    index_t row;
    std::size_t topic;
  };
  static constexpr double font_size = 13, margin = 48, header = 132;
  static constexpr std::size_t colour_count = 10;

  void choose_words() {
    std::vector<index_t> taken;
    for (std::size_t topic = 0; topic < topics_.size(); ++topic) {
      for (const std::string& text : topics_[topic].words) {
        const auto row = queries_.vectors().find(text);
        if (!row || std::find(taken.begin(), taken.end(), *row) != taken.end()) continue;
        taken.push_back(*row);
        words_.push_back({*row, topic});
      }
    }
    check<ValueError>(words_.size() >= 3, "word map",
                      "needs three words of its topics or more, the vocabulary has ", words_.size());
    // Labels of the most frequent words are placed first.
    std::sort(words_.begin(), words_.end(), [](const Word& a, const Word& b) { return a.row < b.row; });
  }

  /// A plane of two principal axes.
  struct Plane {
    PrincipalAxes axes;
    std::size_t horizontal = 0, vertical = 1;

    template <class T>
    double x(std::span<const T> point) const {
      return axes.project(point, horizontal);
    }
    template <class T>
    double y(std::span<const T> point) const {
      return axes.project(point, vertical);
    }
  };

  /// The mean vector of each topic's words, concatenated; with fewer than three topics, the vector of each
  /// word.
  std::vector<double> centres() const {
    const auto dim = static_cast<std::size_t>(queries_.vectors().dim());
    const auto means_of = [&](std::size_t groups, auto&& group_of) {
      std::vector<double> sums(groups * dim), counts(groups), means;
      for (std::size_t i = 0; i < words_.size(); ++i) {
        ++counts[group_of(i)];
        for (std::size_t j = 0; j < dim; ++j)
          sums[group_of(i) * dim + j] += static_cast<double>(queries_.unit(words_[i].row)[j]);
      }
      for (std::size_t i = 0; i < sums.size(); ++i)
        if (counts[i / dim] > 0) means.push_back(sums[i] / counts[i / dim]);
      return means;
    };
    std::vector<double> means = means_of(topics_.size(), [&](std::size_t i) { return words_[i].topic; });
    return means.size() >= 3 * dim ? means : means_of(words_.size(), [](std::size_t i) { return i; });
  }

  /// The plane of the two of the first few axes along which the centres are farthest apart, since several
  /// axes may have nearly equal variance.
  Plane choose_plane() const {
    constexpr index_t most_axes = 6;
    const std::vector<double> points = centres();
    const auto dim = static_cast<std::size_t>(queries_.vectors().dim()), count = points.size() / dim;
    const auto axis_count = std::min(most_axes, static_cast<index_t>(count));
    Plane plane{principal_axes(points, static_cast<index_t>(count), axis_count)}, best = plane;
    double least = std::numeric_limits<double>::infinity();
    for (plane.vertical = 1; plane.vertical < static_cast<std::size_t>(axis_count); ++plane.vertical) {
      for (plane.horizontal = 0; plane.horizontal < plane.vertical; ++plane.horizontal) {
        double crowding = 0;
        for (std::size_t i = 0; i < count; ++i)
          for (std::size_t j = 0; j < i; ++j) {
            const std::span a(points.data() + i * dim, dim), b(points.data() + j * dim, dim);
            crowding +=
                1 / (1e-6 + std::pow(plane.x(a) - plane.x(b), 2) + std::pow(plane.y(a) - plane.y(b), 2));
          }
        if (crowding < least) {
          least = crowding;
          best.horizontal = plane.horizontal;
          best.vertical = plane.vertical;
        }
      }
    }
    return best;
  }

  void place_points() {
    const Plane plane = choose_plane();
    std::vector<double> x, y;
    for (const Word& word : words_) {
      x.push_back(plane.x(queries_.unit(word.row)));
      y.push_back(plane.y(queries_.unit(word.row)));
    }
    const auto [left, right] = std::minmax_element(x.begin(), x.end());
    const auto [bottom, top] = std::minmax_element(y.begin(), y.end());
    // One scale for both axes, which preserves the ratios of distances.
    const double span_x = std::max(*right - *left, 1e-9), span_y = std::max(*top - *bottom, 1e-9);
    const double inner = options_.width - 2 * (margin + 32);
    const double scale = std::min(inner / span_x, 0.7 * inner / span_y);
    height_ = header + scale * span_y + 2 * margin;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      points_.push_back({options_.width / 2 + scale * (x[i] - (*left + *right) / 2),
                         header + margin + scale * (*top - y[i]), radius(words_[i].row),
                         font_size * text_width(queries_.vectors().word(words_[i].row)), font_size + 3});
    }
    labels_ = place_labels(points_, {8, header, options_.width - 16, height_ - header - 8});
  }

  /// The radius of a word's point, which grows with the word's frequency.
  double radius(index_t row) const {
    const std::vector<index_t>& counts = queries_.vectors().counts();
    if (counts.empty()) return 4;
    const auto logarithm = [&](index_t r) {
      return std::log(1 + static_cast<double>(counts[static_cast<std::size_t>(r)]));
    };
    return 2.5 + 3.5 * logarithm(row) / std::max(1.0, logarithm(words_.front().row));
  }

  std::string opening() const;
  std::string legend() const;
  std::string leader(std::size_t i) const;
  std::string word(std::size_t i) const;
  std::string tooltip(index_t row) const;

  const WordQueries& queries_;
  const std::vector<WordTopic>& topics_;
  const WordMapOptions& options_;
  std::vector<Word> words_;
  std::vector<LabelledPoint> points_;
  std::vector<PlacedLabel> labels_;
  double height_ = 0;
};

inline std::string word_map_style() {
  constexpr const char* light[] = {"#c2410c", "#1d6fb8", "#2f7d32", "#8e44ad", "#a16207",
                                   "#0f7d7e", "#c0265f", "#4b5563", "#5b4bc4", "#7a4a21"};
  constexpr const char* dark[] = {"#fb923c", "#60a5fa", "#7ccf80", "#d29bf0", "#e3c04d",
                                  "#5eead4", "#f78fb3", "#b6bec9", "#a5a0ff", "#d6a679"};
  const auto rules = [](const auto& colours) {
    std::string text;
    for (std::size_t i = 0; i < std::size(colours); ++i)
      text += join(".t", i, "{fill:", colours[i], "}.l", i, "{stroke:", colours[i], "}\n");
    return text;
  };
  return join(R"(<style>
svg{background:#fcfbf8;font-family:Inter,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
.page{fill:#fcfbf8}
.title{font-size:30px;font-weight:700;fill:#1c1d21}
.note{font-size:14px;fill:#6b6f76}
.key{font-size:14px;font-weight:600}
.leader{stroke-width:.8;opacity:.5}
.word{cursor:default}
.word text{font-size:13px;paint-order:stroke;stroke:#fcfbf8;stroke-width:3px;stroke-linejoin:round}
.word circle{stroke:#fcfbf8;stroke-width:1}
.word:hover text{font-weight:700}
svg:has(.word:hover) .word:not(:hover){opacity:.35}
)",
              rules(light), R"(@media (prefers-color-scheme:dark){
svg{background:#16181d}
.page{fill:#16181d}
.title{fill:#f1f2f4}
.note{fill:#9aa0a9}
.word text,.word circle{stroke:#16181d}
)",
              rules(dark), "}\n</style>\n");
}

inline std::string WordMap::opening() const {
  const std::string title = escape_xml(options_.title), width = decimal(options_.width),
                    height = decimal(height_);
  const std::string origin = options_.note.empty() ? "" : options_.note + "  ·  ";
  const std::string note = join(origin, words_.size(), " words of ", queries_.vectors().dim(),
                                " dimensions in the plane that ", "tells their topics apart best");
  return join("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", width, " ", height, "\" width=\"",
              width, "\" height=\"", height, "\">\n", word_map_style(),
              "<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n", "<text class=\"title\" x=\"",
              decimal(margin), "\" y=\"52\">", title, "</text>\n<text class=\"note\" x=\"", decimal(margin),
              "\" y=\"78\">", escape_xml(note), "</text>\n");
}

inline std::string WordMap::legend() const {
  constexpr double key_size = 14, dot = 6, y = 107;
  std::string out;
  double x = margin + dot;
  for (std::size_t topic = 0; topic < topics_.size(); ++topic) {
    const std::string colour = join("t", topic % colour_count), &name = topics_[topic].name;
    out += join("<circle class=\"", colour, "\" cx=\"", decimal(x), "\" cy=\"", decimal(y), "\" r=\"",
                decimal(dot), "\"/><text class=\"key ", colour, "\" x=\"", decimal(x + 2 * dot), "\" y=\"",
                decimal(y + 5), "\">", escape_xml(name), "</text>\n");
    x += key_size * text_width(name) + 42;
  }
  return out;
}

/// A line from a point to its label; empty if the label is right beside the point.
inline std::string WordMap::leader(std::size_t i) const {
  const LabelledPoint& p = points_[i];
  const Rectangle& box = labels_[i].box;
  const double x = std::clamp(p.x, box.left, box.right()), y = std::clamp(p.y, box.top, box.bottom());
  if (std::hypot(x - p.x, y - p.y) < p.radius + 7) return "";
  return join("<line class=\"leader l", words_[i].topic % colour_count, "\" x1=\"", decimal(p.x), "\" y1=\"",
              decimal(p.y), "\" x2=\"", decimal(x), "\" y2=\"", decimal(y), "\"/>\n");
}

inline std::string WordMap::word(std::size_t i) const {
  constexpr const char* anchors[] = {"start", "middle", "end"};
  const LabelledPoint& p = points_[i];
  const PlacedLabel& label = labels_[i];
  const double x = label.box.left + (label.anchor + 1) * label.box.width / 2;
  return join("<g class=\"word t", words_[i].topic % colour_count, "\"><title>", tooltip(words_[i].row),
              "</title><circle cx=\"", decimal(p.x), "\" cy=\"", decimal(p.y), "\" r=\"", decimal(p.radius),
              "\"/><text x=\"", decimal(x), "\" y=\"", decimal(label.box.top + font_size - 1),
              "\" text-anchor=\"", anchors[label.anchor + 1], "\">",
              escape_xml(queries_.vectors().word(words_[i].row)), "</text></g>\n");
}

inline std::string WordMap::tooltip(index_t row) const {
  const WordVectors& vectors = queries_.vectors();
  std::string text = escape_xml(vectors.word(row));
  if (!vectors.counts().empty())
    text += join("  (", vectors.counts()[static_cast<std::size_t>(row)], " times)");
  for (const Neighbour& neighbour : queries_.neighbours(vectors.word(row), 6)) {
    const auto percent = std::llround(100 * static_cast<double>(neighbour.similarity));
    text += join("\n", percent, " %  ", escape_xml(vectors.word(neighbour.row)));
  }
  return text;
}

}  // namespace word_vectors::detail

inline std::string word_map_svg(const WordQueries& queries, const std::vector<WordTopic>& topics,
                                const WordMapOptions& options) {
  return word_vectors::detail::WordMap(queries, topics, options).svg();
}

}  // namespace TENON_NAMESPACE::models
