// What the core header of Eigen costs.

#include <Eigen/Core>

int main() {}
