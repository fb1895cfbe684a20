#pragma once
/// PyTorch's spelling of optimizers and schedules whose names are abbreviations: `optim::SGD<float>` is
/// `optim::Sgd<float>`.

#include "tenon/optim/lbfgs.hpp"
#include "tenon/optim/nadam.hpp"
#include "tenon/optim/plateau.hpp"
#include "tenon/optim/radam.hpp"
#include "tenon/optim/rmsprop.hpp"
#include "tenon/optim/schedule.hpp"
#include "tenon/optim/sgd.hpp"

namespace TENON_NAMESPACE::optim {

/// Stochastic gradient descent; see Sgd.
template <Real T>
using SGD = Sgd<T>;
/// Steps divided by the root mean square of gradients; see Rmsprop.
template <Real T>
using RMSprop = Rmsprop<T>;
/// Adam with Nesterov's momentum; see Nadam.
template <Real T>
using NAdam = Nadam<T>;
/// Rectified Adam; see Radam.
template <Real T>
using RAdam = Radam<T>;
/// Limited-memory BFGS; see Lbfgs.
template <Real T>
using LBFGS = Lbfgs<T>;

using StepLR = StepLr;                        ///< multiplied by gamma every step_size epochs
using MultiStepLR = MultiStepLr;              ///< multiplied by gamma at each milestone
using ExponentialLR = ExponentialLr;          ///< lr gamma^t
using ConstantLR = ConstantLr;                ///< reduced at the start
using LinearLR = LinearLr;                    ///< linear warm-up or decay
using PolynomialLR = PolynomialLr;            ///< polynomial decay to 0
using CosineAnnealingLR = CosineAnnealingLr;  ///< half a cosine
using ReduceLROnPlateau = ReduceLrOnPlateau;  ///< reduced when a metric stops improving
using OneCycleLR = OneCycleLr;                ///< up, down, and far down within one run

}  // namespace TENON_NAMESPACE::optim
