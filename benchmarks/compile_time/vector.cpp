// The yardstick: what one standard container costs.

#include <vector>

int main() {
  return static_cast<int>(std::vector<float>().size());
}
