#pragma once
/// Connectionist temporal classification: labelling a long sequence of frames with a shorter sequence of
/// labels, whatever their alignment. Graves et al. 2006; https://distill.pub/2017/ctc

#include "tenon/backend/ctc.hpp"
#include "tenon/ops/loss/loss_reduction.hpp"

namespace TENON_NAMESPACE {

/// Options of `ctc_loss`.
struct CtcLossOptions {
  index_t blank = 0;                      ///< the class that stands for no label
  Reduction reduction = Reduction::mean;  ///< the mean first divides each loss by its number of labels
  bool zero_infinity = false;             ///< whether infinite losses, of labels that do not fit, become 0
};

namespace detail {

/// All labels in one dense vector, with the position of each sequence in it, checked.
template <std::same_as<index_t> I>
struct CtcLabels {
  Tensor<I> labels, offset, length, input_length;

  CtcLabels(const Tensor<I>& targets, const Tensor<I>& input_lengths, const Tensor<I>& target_lengths,
            const Shape& x, index_t blank)
      : labels(contiguous(targets)),
        offset(Tensor<I>::empty({x[1]})),
        length(contiguous(target_lengths)),
        input_length(contiguous(input_lengths)) {
    const index_t frames = x[0], batch = x[1], classes = x[2];
    check<IndexError>(blank >= 0 && blank < classes, op, "blank ", blank, " is not one of ", classes,
                      " classes");
    check_lengths(input_length, "input", batch);
    check_lengths(length, "target", batch);
    const bool padded = targets.rank() == 2;
    check<ShapeError>(targets.rank() == 1 || (padded && targets.shape()[0] == batch), op,
                      "expected targets of shape (", batch, ", S) or, one after the other, (S,), got ",
                      targets.shape());
    index_t at = 0;
    for (index_t n = 0; n < batch; ++n) {
      const index_t count = length.data()[n], room = padded ? targets.shape()[1] : targets.size() - at;
      check<IndexError>(input_length.data()[n] >= 0 && input_length.data()[n] <= frames, op, "input length ",
                        input_length.data()[n], " of sequence ", n, " is outside [0, ", frames, "]");
      check<IndexError>(count >= 0 && count <= room, op, "target length ", count, " of sequence ", n,
                        " is outside [0, ", room, "]");
      offset.mutable_data()[n] = padded ? n * room : at;
      at += count;
      for (index_t i = 0; i < count; ++i) check_label(labels.data()[offset.data()[n] + i], classes);
    }
    check<ShapeError>(padded || at == targets.size(), op, "target lengths add up to ", at, ", but there are ",
                      targets.size(), " targets");
  }

 private:
  static constexpr const char* op = "ctc_loss";
  static void check_lengths(const Tensor<I>& lengths, const char* name, index_t batch) {
    check<ShapeError>(lengths.size() == batch && lengths.rank() <= 1, op, "expected one ", name,
                      " length for each of ", batch, " sequences, got shape ", lengths.shape());
  }
  static void check_label(index_t label, index_t classes) {
    check<IndexError>(label >= 0 && label < classes, op, "target ", label, " is not one of ", classes,
                      " classes");
  }
};

/// The losses (N) of x (T, N, C).
template <class T>
Tensor<T> ctc_losses(const Tensor<T>& x, const CtcLabels<index_t>& c, const CtcLossOptions& options) {
  const index_t frames = x.shape()[0], batch = x.shape()[1], classes = x.shape()[2];
  Tensor<T> losses = Tensor<T>::empty({batch}), gradient;
  if (x.requires_grad() && grad_enabled()) gradient = Tensor<T>::empty(x.shape());
  T* const dx = gradient.defined() ? gradient.mutable_data() : nullptr;
  T* const nll = losses.mutable_data();
  backend::kernel<backend::Ctc<T>>()({frames, batch, classes, options.blank, c.labels.data(), c.offset.data(),
                                      c.length.data(), c.input_length.data()},
                                     contiguous(x.detach()).data(), nll, dx);
  for (index_t n = 0; n < batch; ++n) {
    if (nll[n] != std::numeric_limits<T>::infinity()) continue;
    if (options.zero_infinity)
      nll[n] = T(0);  // and the kernel has left its gradient at 0
    else
      for (index_t t = 0; dx && t < c.input_length.data()[n]; ++t)
        std::fill_n(dx + (t * batch + n) * classes, classes, std::numeric_limits<T>::quiet_NaN());
  }
  return record("ctc_loss", losses, {without_values(x)}, [gradient](const Backward<T>& p) -> Gradients<T> {
    check<GraphError>(!grad_enabled(), "ctc_loss", "the loss is differentiable once, not twice");
    return {mul(gradient, unsqueeze(p.gradient(), 1))};
  });
}

}  // namespace detail

/// Negative log likelihood of label sequences: -log of the sum of the probabilities of all alignments, in
/// which labels may last several frames and blanks may stand between them.
///
///   shapes: log_probabilities (T, N, C), or (T, C) of one sequence, of log_softmax; targets (N, S),
///     padded, or (S), one sequence after the other; input_lengths (N), or () of one sequence, the frames
///     that count; target_lengths likewise
///   returns: a tensor of rank 0; without reduction (N), or () of one sequence; infinite where labels do
///     not fit in the frames
///   throws: ShapeError if the shapes do not fit; IndexError if a label, a length or the blank is out of
///     range; GraphError if it is differentiated twice
///   keeps: the gradient (T, N, C), which is computed together with the loss; with Reduction::mean also
///     losses and lengths
///   cost: O(T S) for each sequence, in log space
///   source: Graves et al. 2006, "Connectionist temporal classification"
template <Real T>
Tensor<T> ctc_loss(const Tensor<T>& log_probabilities, const Tensor<index_t>& targets,
                   const Tensor<index_t>& input_lengths, const Tensor<index_t>& target_lengths,
                   const CtcLossOptions& options = {}) {
  const int rank = log_probabilities.rank();
  check<ShapeError>(rank == 2 || rank == 3, "ctc_loss",
                    "expected log-probabilities of shape (T, N, C) or (T, C), got ",
                    log_probabilities.shape());
  const Tensor<T> x = rank == 2 ? unsqueeze(log_probabilities, 1) : log_probabilities;
  const detail::CtcLabels<index_t> labels(targets, input_lengths, target_lengths, x.shape(), options.blank);
  Tensor<T> losses = detail::ctc_losses(x, labels, options);
  if (options.reduction == Reduction::mean)
    losses = map(
        "ctc_loss", [](auto loss, auto count) { return loss / select(count < 1, 1, count); }, losses,
        reshape(labels.length, losses.shape()));
  if (rank == 2) losses = squeeze(losses, 0);
  return detail::reduce_loss(losses, options.reduction);
}

}  // namespace TENON_NAMESPACE
