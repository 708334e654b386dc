// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libs/encoding/torch_module.h"

namespace lookalike {

// A network of two convolutions in TorchScript, to be written out in any way. Its parameters: first [8, 3, 3, 3] with
// first_bias, second [16, 8, 3, 3] with second_bias.
class ChainNetwork {
 public:
  ChainNetwork() : module_("__torch__.ChainNetwork") {
    torch::manual_seed(1);
    Add("first", torch::randn({8, 3, 3, 3}) * 0.3f);
    Add("first_bias", torch::randn({8}) * 0.1f);
    Add("second", torch::randn({16, 8, 3, 3}) * 0.2f);
    Add("second_bias", torch::randn({16}) * 0.1f);
  }

  void Add(const std::string& name, const at::Tensor& value) { module_.register_parameter(name, value, false); }

  // The lines of forward(self, x); "self." goes before the parameters.
  TorchModule Build(const std::vector<std::string>& lines) const {
    torch::jit::Module module = module_.clone();
    std::string source = "def forward(self, x):\n";
    for (const std::string& line : lines) source += "    " + line + "\n";
    module.define(source);
    module.eval();
    return {module};
  }

  TorchModule Frozen(const std::vector<std::string>& lines) const { return {torch::jit::freeze(Build(lines).module)}; }

  // As most networks are written.
  static std::vector<std::string> Plain() {
    return {"x = torch.relu(torch.conv2d(x, self.first, self.first_bias, [1, 1], [1, 1]))",
            "x = torch.max_pool2d(x, [2, 2])",
            "x = torch.relu(torch.conv2d(x, self.second, self.second_bias, [1, 1], [1, 1]))",
            "return torch.mean(x, [2, 3])"};
  }

 private:
  torch::jit::Module module_;
};

}  // namespace lookalike
