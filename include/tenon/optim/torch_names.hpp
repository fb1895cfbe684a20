#pragma once
/// PyTorch's spelling of optimizers and schedules whose names are abbreviations: `optim::SGD<float>` is
/// `optim::Sgd<float>`.

#include "tenon/optim/asgd.hpp"
#include "tenon/optim/lamb.hpp"
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
/// Averaged stochastic gradient descent; see Asgd.
template <Real T>
using ASGD = Asgd<T>;
/// Adam scaled to the parameter's size; see Lamb.
template <Real T>
using LAMB = Lamb<T>;
/// Limited-memory BFGS; see Lbfgs.
template <Real T>
using LBFGS = Lbfgs<T>;

/// Multiplied by gamma every step_size epochs.
using StepLR = StepLr;
/// Multiplied by gamma at each milestone.
using MultiStepLR = MultiStepLr;
/// Lr gamma^t.
using ExponentialLR = ExponentialLr;
/// Reduced at the start.
using ConstantLR = ConstantLr;
/// Linear warm-up or decay.
using LinearLR = LinearLr;
/// Polynomial decay to 0.
using PolynomialLR = PolynomialLr;
/// Half a cosine.
using CosineAnnealingLR = CosineAnnealingLr;
/// Reduced when a metric stops improving.
using ReduceLROnPlateau = ReduceLrOnPlateau;
/// Up, down, and far down within one run.
using OneCycleLR = OneCycleLr;
/// Up and down, again and again.
using CyclicLR = CyclicLr;
/// Towards the rate of stochastic weight averaging.
using SWALR = SwaLr;
/// A factor for each step.
template <class Factor>
using MultiplicativeLR = MultiplicativeLr<Factor>;
/// Schedules in a row.
template <Schedule First, Schedule Then>
using SequentialLR = SequentialLr<First, Then>;

}  // namespace TENON_NAMESPACE::optim
