// A consumer of the library: both translation units include everything, and must agree.

#include <tenon/core/shape.hpp>

tn::Dims other_dims();

int main() { return other_dims() == tn::Dims{2, 3} ? 0 : 1; }
