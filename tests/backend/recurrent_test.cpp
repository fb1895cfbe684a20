#include "tenon/backend/recurrent.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace recurrent_test {

using backend::Cell;
using backend::RecurrentLayout;

/// A pass forward and back; everything that came out, end to end.
template <class T>
std::vector<T> run(const RecurrentLayout& r, bool biased) {
  const index_t rows = r.gates() * r.hidden, states_size = (r.steps + 1) * r.slot();
  const index_t gates_size = r.steps * r.batch * r.width();
  std::vector<T> weight = random_array<T>(rows * r.hidden, 1);
  for (T& w : weight) w /= std::sqrt(static_cast<T>(r.hidden));
  const auto bias = random_array<T>(rows, 2), g = random_array<T>(states_size, 3);
  auto gates = random_array<T>(gates_size, 4), states = random_array<T>(states_size, 5),
       cells = random_array<T>(states_size, 6), dh = random_array<T>(r.slot(), 7),
       dc = random_array<T>(r.slot(), 8);
  const bool lstm = r.cell == Cell::lstm;
  kernel<backend::Recurrent<T>>()(r, weight.data(), biased ? bias.data() : nullptr, gates.data(),
                                  states.data(), lstm ? cells.data() : nullptr);
  std::vector<T> dgates(gates.size(), T(77));
  kernel<backend::RecurrentBackward<T>>()(r, weight.data(), gates.data(), states.data(),
                                          lstm ? cells.data() : nullptr, g.data(), dgates.data(), dh.data(),
                                          lstm ? dc.data() : nullptr);
  std::vector<T> all = states;
  for (const auto* part : {&cells, &dgates, &dh, &dc}) all.insert(all.end(), part->begin(), part->end());
  return all;
}

template <class T>
class RecurrenceKernel : public ::testing::Test {};
TYPED_TEST_SUITE(RecurrenceKernel, RealTypes);

TYPED_TEST(RecurrenceKernel, AgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  struct Sizes {
    index_t steps, batch, hidden;
  };
  for (const Cell cell : {Cell::tanh, Cell::relu, Cell::gru, Cell::lstm}) {
    for (const Sizes& s : {Sizes{1, 1, 1}, Sizes{3, 2, 5}, Sizes{4, 1, 17}, Sizes{2, 3, 1}, Sizes{12, 9, 97},
                           Sizes{12, 11, 64}, Sizes{2, 60, 33}}) {
      std::vector<index_t> lengths;
      for (index_t n = 0; n < s.batch; ++n) lengths.push_back(1 + n * 7 % s.steps);
      for (const bool reversed : {false, true}) {
        for (const bool ragged : {false, true}) {
          const RecurrentLayout r{cell,     s.steps,  s.batch,
                                  s.hidden, reversed, ragged ? lengths.data() : nullptr};
          const std::string what =
              join("cell ", static_cast<int>(cell), ", ", s.steps, " steps of ", s.batch, " x ", s.hidden,
                   reversed ? ", reversed" : "", ragged ? ", ragged" : "");
          const bool biased = cell == Cell::gru && ragged;
          expect_same_everywhere([&] { return run<T>(r, biased); }, 40 * tolerance<T>(s.hidden), what);
        }
      }
    }
  }
}

}  // namespace recurrent_test
}  // namespace tenon::testing
