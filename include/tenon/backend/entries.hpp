#pragma once
/// The entries of the table `Kernels` by name, for what has to go through all of them.

/// X(gemm) X(batched_gemm) …, in the order of the table.
#define TENON_FOR_EACH_KERNEL(X) \
  X(gemm)                        \
  X(batched_gemm)                \
  X(copy)                        \
  X(sum)                         \
  X(max)                         \
  X(min)                         \
  X(argmax)                      \
  X(argmin)                      \
  X(cumsum)                      \
  X(softmax)                     \
  X(softmax_backward)            \
  X(gather)                      \
  X(scatter_add)                 \
  X(ctc)                         \
  X(sort)                        \
  X(topk)                        \
  X(kth)                         \
  X(dropout)                     \
  X(conv)                        \
  X(conv_transpose)              \
  X(conv_weight)                 \
  X(fold)                        \
  X(max_pool)                    \
  X(plane_gather)                \
  X(plane_scatter)               \
  X(moments)                     \
  X(paired_sums)                 \
  X(affine_planes)               \
  X(norm_rows)                   \
  X(norm_rows_backward)          \
  X(attention)                   \
  X(attention_backward)          \
  X(recurrence)                  \
  X(recurrence_backward)         \
  X(csr_multiply)                \
  X(csr_sample)                  \
  X(fft)                         \
  X(rfft)                        \
  X(irfft)
