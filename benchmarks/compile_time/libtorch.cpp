// What the umbrella header of the library that most people use costs.

#include <torch/torch.h>

int main() {}
