#pragma once
/// Everything from tensors to optimizers. Nothing but includes: code that uses little of it includes the
/// parts. File formats, texts, ready models and gradcheck (a tool for tests, which would compile every op in
/// double) have headers of their own.

#include "tenon/autograd/checkpoint.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/activation.hpp"
#include "tenon/ops/arithmetic.hpp"
#include "tenon/ops/cast.hpp"
#include "tenon/ops/compare.hpp"
#include "tenon/ops/conv.hpp"
#include "tenon/ops/index.hpp"
#include "tenon/ops/inplace.hpp"
#include "tenon/ops/loss.hpp"
#include "tenon/ops/map.hpp"
#include "tenon/ops/matmul.hpp"
#include "tenon/ops/pad.hpp"
#include "tenon/ops/pool.hpp"
#include "tenon/ops/reduce.hpp"
#include "tenon/ops/shape.hpp"
#include "tenon/ops/slice.hpp"
#include "tenon/ops/softmax.hpp"
#include "tenon/ops/unary.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/sgd.hpp"
#include "tenon/tensor/create.hpp"
#include "tenon/tensor/print.hpp"
