#pragma once
/// Convolutions, over up to three spatial axes.

#include "tenon/backend/conv_algorithm.hpp"
#include "tenon/backend/kernel.hpp"
#include "tenon/backend/windows.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/conv.hpp"
#include "tenon/backend/cpu/conv_weight.hpp"
#include "tenon/backend/reference/conv.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y = w applied to the windows of x, plus bias(groups, out) unless that is null.
template <Real T>
struct Conv {
  using Function = void(const ConvShape& shape, const T* x, const T* w, const T* bias, T* y);
  TENON_PROVIDER(Reference, reference::conv<T>)
  TENON_PROVIDER(Cpu, cpu::conv<T>)
};

/// The transpose of Conv: x collects w times y, plus bias(groups, in) unless that is null.
template <Real T>
struct ConvTranspose {
  using Function = void(const ConvShape& shape, const T* y, const T* w, const T* bias, T* x);
  TENON_PROVIDER(Reference, reference::conv_transpose<T>)
  TENON_PROVIDER(Cpu, cpu::conv_transpose<T>)
};

/// dw = the sum over images and windows of x times dy.
template <Real T>
struct ConvWeight {
  using Function = void(const ConvShape& shape, const T* x, const T* dy, T* dw);
  TENON_PROVIDER(Reference, reference::conv_weight<T>)
  TENON_PROVIDER(Cpu, cpu::conv_weight<T>)
};

}  // namespace TENON_NAMESPACE::backend
