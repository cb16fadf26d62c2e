#include "core/tensor_io.h"

#include <fstream>

#include "core/error.h"
#include "test/core/support.h"

using namespace serl;
using namespace serl::test;

namespace {

std::string failure(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("tensors are written behind a header and read back, converted if the dtype differs") {
  const TempFolder folder;
  const at::Tensor a = randn({3, 5}, 1), b = randn({4}, 2).to(at::kBFloat16), none = at::empty({0, 3});
  const std::vector<uint8_t> header{1, 2, 3, 4, 5, 6, 7};
  writeTensors(folder.file("t"), header, {a, none, b});
  for (bool hostMemory : {true, false}) {
    at::Tensor readA = at::empty({3, 5}), readB = at::empty({4}), readNone = at::empty({0, 3});
    readTensor({.name = "a", .file = folder.file("t"), .offset = 7, .dtype = at::kFloat, .shape = {3, 5}}, readA,
               hostMemory);
    readTensor({.name = "none", .file = folder.file("t"), .offset = 67, .dtype = at::kFloat, .shape = {0, 3}}, readNone,
               hostMemory);
    readTensor({.name = "b", .file = folder.file("t"), .offset = 67, .dtype = at::kBFloat16, .shape = {4}}, readB,
               hostMemory);
    CHECK(identical(readA, a));
    CHECK(identical(readB, b.to(at::kFloat)));
  }
}

TEST_CASE("a tensor larger than a chunk is read whole") {
  const TempFolder folder;
  const at::Tensor large = randn({5 << 20}, 3).to(at::kHalf);
  writeTensors(folder.file("t"), {}, {large});
  at::Tensor read = at::empty({5 << 20});
  readTensor({.name = "l", .file = folder.file("t"), .offset = 0, .dtype = at::kHalf, .shape = {5 << 20}}, read, true);
  CHECK(identical(read, large.to(at::kFloat)));
}

TEST_CASE("errors say what is wrong with a file, and leave no partial file") {
  const TempFolder folder;
  const std::string path = folder.file("t");
  std::ofstream(path) << "short";
  at::Tensor into = at::empty({4});
  TensorSource source{.name = "weight", .file = path, .offset = 0, .dtype = at::kFloat, .shape = {4}};
  CHECK(failure([&] { readTensor(source, into, true); }).find("ends inside weight") != std::string::npos);
  CHECK(failure([&] { readTensor(source, into, false); }).find("ends inside weight") != std::string::npos);
  source.file = folder.file("missing");
  CHECK(failure([&] { readTensor(source, into, true); }).find("cannot open") != std::string::npos);
  source.shape = {2, 2};
  CHECK(failure([&] { readTensor(source, into, true); }).find("is needed") != std::string::npos);
  CHECK(failure([&] { writeTensors(path, {}, {into}); }).find("cannot open") != std::string::npos);
  CHECK(std::filesystem::file_size(path) == 5);  // not overwritten
}
