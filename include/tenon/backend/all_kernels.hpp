#pragma once
/// The list of all kernels, for what has to go through them: tests that swap providers, and tenon::compiled.
/// A program that includes this parses every kernel.

#include "tenon/backend/attention.hpp"
#include "tenon/backend/conv.hpp"
#include "tenon/backend/copy.hpp"
#include "tenon/backend/ctc.hpp"
#include "tenon/backend/dropout.hpp"
#include "tenon/backend/fft.hpp"
#include "tenon/backend/fold.hpp"
#include "tenon/backend/gemm.hpp"
#include "tenon/backend/index.hpp"
#include "tenon/backend/norm.hpp"
#include "tenon/backend/pool.hpp"
#include "tenon/backend/recurrent.hpp"
#include "tenon/backend/reduce.hpp"
#include "tenon/backend/scan.hpp"
#include "tenon/backend/segment.hpp"
#include "tenon/backend/softmax.hpp"
#include "tenon/backend/sort.hpp"
#include "tenon/backend/sparse.hpp"

/// X(Gemm) X(BatchedGemm) ...: the kernels of every scalar type.
#define TENON_FOR_EACH_SCALAR_KERNEL(X) \
  X(Gemm)                               \
  X(BatchedGemm)                        \
  X(Copy)                               \
  X(Sum)                                \
  X(Max)                                \
  X(Min)                                \
  X(Argmax)                             \
  X(Argmin)                             \
  X(Cumsum)                             \
  X(Cummax)                             \
  X(Cummin)                             \
  X(Gather)                             \
  X(ScatterAdd)                         \
  X(PutRows)                            \
  X(Sort)                               \
  X(Topk)                               \
  X(Kthvalue)                           \
  X(Searchsorted)

/// The kernels of real numbers.
#define TENON_FOR_EACH_REAL_KERNEL(X) \
  X(Softmax)                          \
  X(SoftmaxBackward)                  \
  X(Ctc)                              \
  X(Dropout)                          \
  X(Conv)                             \
  X(ConvTranspose)                    \
  X(ConvWeight)                       \
  X(Fold)                             \
  X(OverlapAdd)                       \
  X(MaxPool)                          \
  X(MaxPoolGather)                    \
  X(MaxUnpool)                        \
  X(Moments)                          \
  X(NormBackwardSums)                 \
  X(ScaleShift)                       \
  X(NormRows)                         \
  X(NormRowsBackward)                 \
  X(Attention)                        \
  X(AttentionBackward)                \
  X(Recurrent)                        \
  X(RecurrentBackward)                \
  X(CsrMultiply)                      \
  X(CsrSample)                        \
  X(Fft)                              \
  X(Rfft)                             \
  X(Irfft)                            \
  X(Cumprod)                          \
  X(LinearScan)                       \
  X(SegmentMax)                       \
  X(SegmentMin)
