// What including the library costs a program that does nothing with it.

#include "tenon/tenon.hpp"

int main() {}
