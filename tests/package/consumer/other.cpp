#include <tenon/io/model_file.hpp>
#include <tenon/tenon.hpp>

tn::Dims other_dims() {
  return {2, 3};
}
