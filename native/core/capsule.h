#pragma once
#include <ATen/core/ivalue.h>

#include <utility>

namespace serl {

// Plain data kept from the forward to the backward pass, in an AutogradContext's saved_data.
template <typename T>
struct Capsule : torch::CustomClassHolder {
  explicit Capsule(T value) : value(std::move(value)) {}
  T value;
};

template <typename T>
c10::IValue keep(T value) {
  return c10::IValue::make_capsule(c10::make_intrusive<Capsule<T>>(std::move(value)));
}

// The value given to keep(); valid as long as `kept` is.
template <typename T>
const T& dataOf(const c10::IValue& kept) {
  return static_cast<const Capsule<T>&>(*kept.toCapsule()).value;
}

}  // namespace serl
