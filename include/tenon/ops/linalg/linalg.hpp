#pragma once
/// All of linear algebra that takes Eigen: systems, factorisations, eigenvalues, norms of matrices. It is
/// not part of tenon.hpp, because Eigen's templates take seconds to compile.

#include "tenon/ops/linalg/decompositions.hpp"
#include "tenon/ops/linalg/eig.hpp"
#include "tenon/ops/linalg/lu.hpp"
#include "tenon/ops/linalg/matrix_norm.hpp"
#include "tenon/ops/linalg/solve.hpp"
