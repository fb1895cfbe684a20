#pragma once
/// PyTorch's spelling of layers whose names are abbreviations: `nn::LSTM<float>` is `nn::Lstm<float>`.

#include "tenon/nn/activation.hpp"
#include "tenon/nn/graph.hpp"
#include "tenon/nn/loss.hpp"
#include "tenon/nn/norm.hpp"
#include "tenon/nn/pool.hpp"
#include "tenon/nn/recurrent.hpp"
#include "tenon/nn/recurrent_cell.hpp"

namespace TENON_NAMESPACE::nn {

// Activations: see activation.hpp.
/// Max(x, 0).
using ReLU = Relu;
/// Min(max(x, 0), 6).
using ReLU6 = Relu6;
/// X if x > 0, else slope x.
using LeakyReLU = LeakyRelu;
/// X if x > 0, else a random slope times x.
using RReLU = Rrelu;
/// X if x > 0, else alpha (exp(x) - 1).
using ELU = Elu;
/// The self-normalising ELU.
using SELU = Selu;
/// The continuously differentiable ELU.
using CELU = Celu;
/// X times the normal distribution function at x.
using GELU = Gelu;
/// X sigmoid(x).
using SiLU = Silu;
/// A sigmoid(b) of the halves a and b.
using GLU = Glu;
/// x if x > 0, else a trained slope times x; see Prelu.
template <Real T>
using PReLU = Prelu<T>;

// Recurrent networks: see recurrent.hpp and recurrent_cell.hpp.

/// Elman network; see Rnn.
template <Real T>
using RNN = Rnn<T>;
/// Gated recurrent unit; see Gru.
template <Real T>
using GRU = Gru<T>;
/// Long short-term memory; see Lstm.
template <Real T>
using LSTM = Lstm<T>;
/// One step of an Elman network; see RnnCell.
template <Real T>
using RNNCell = RnnCell<T>;
/// One step of a gated recurrent unit; see GruCell.
template <Real T>
using GRUCell = GruCell<T>;
/// One step of long short-term memory; see LstmCell.
template <Real T>
using LSTMCell = LstmCell<T>;

/// Normalisation by the root mean square; see RmsNorm.
template <Real T>
using RMSNorm = RmsNorm<T>;

/// Pooling by a power mean over one axis.
using LPPool1d = LpPool1d;
/// Pooling by a power mean over two axes.
using LPPool2d = LpPool2d;
/// Pooling by a power mean over three axes.
using LPPool3d = LpPool3d;

// Losses: see loss.hpp.

/// Squared error; see MseLoss.
using MSELoss = MseLoss;
/// Likelihood of normal distributions; see GaussianNllLoss.
using GaussianNLLLoss = GaussianNllLoss;
/// Likelihood of Poisson distributions; see PoissonNllLoss.
using PoissonNLLLoss = PoissonNllLoss;
/// Kullback-Leibler divergence; see KlDivLoss.
using KLDivLoss = KlDivLoss;
/// Connectionist temporal classification; see CtcLoss.
using CTCLoss = CtcLoss;
/// Likelihood of classes; see NllLoss.
template <Real T>
using NLLLoss = NllLoss<T>;
/// Binary cross entropy of probabilities; see BceLoss.
template <Real T>
using BCELoss = BceLoss<T>;
/// Binary cross entropy of logits; see BceWithLogitsLoss.
template <Real T>
using BCEWithLogitsLoss = BceWithLogitsLoss<T>;
/// Gaps between logits for several classes; see MultilabelMarginLoss.
using MultiLabelMarginLoss = MultilabelMarginLoss;
/// Binary cross entropy for several classes; see MultilabelSoftMarginLoss.
template <Real T>
using MultiLabelSoftMarginLoss = MultilabelSoftMarginLoss<T>;

// Graph convolutions, as PyTorch Geometric spells them: see graph.hpp.

/// Graph convolution; see GcnConv.
template <Real T>
using GCNConv = GcnConv<T>;
/// Graph convolution with separate weights for a node and its neighbours; see SageConv.
template <Real T>
using SAGEConv = SageConv<T>;
/// Graph attention; see GatConv.
template <Real T>
using GATConv = GatConv<T>;

}  // namespace TENON_NAMESPACE::nn
