#include "core/training/model/adam_w.h"

#include <QtTest>
#include <torch/torch.h>

using namespace mama;
using torch::Tensor;

// Against LibTorch's own AdamW; what decays; what clipping does.
class TestAdamW : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void stepsAreLibTorchs()
    {
        torch::manual_seed(1);
        const NamedTensors own{{"a.weight", torch::randn({7, 33}).set_requires_grad(true)},
                               {"a.bias", torch::randn({7}).set_requires_grad(true)}};
        std::vector<Tensor> theirs;
        for (const auto& [name, tensor] : own)
            theirs.push_back(tensor.detach().clone().set_requires_grad(true));
        AdamW ours(own, {0.9, 0.98, 1e-8, 0.1, 0, {}, false});
        torch::optim::AdamW reference(theirs, torch::optim::AdamWOptions(1e-2).betas({0.9, 0.98}).weight_decay(0.1));
        for (int step = 0; step < 6; ++step) {
            std::size_t i = 0;
            for (const auto& [name, tensor] : own) {
                const Tensor gradient = torch::randn_like(tensor);
                tensor.mutable_grad() = gradient;
                theirs[i++].mutable_grad() = gradient.clone();
            }
            ours.step(1e-2);
            reference.step();
        }
        std::size_t i = 0;
        for (const auto& [name, tensor] : own)
            QVERIFY2((tensor - theirs[i++]).abs().max().item<double>() < 1e-6, name.c_str());
    }

    // With gradients of zero only the decay moves anything.
    void matricesAloneDecayIfAsked()
    {
        const NamedTensors all{{"norm.weight", torch::ones({4}).set_requires_grad(true)},
                               {"fc.weight", torch::ones({4, 4}).set_requires_grad(true)},
                               {"fc.bias", torch::ones({4}).set_requires_grad(true)},
                               {"cls_token", torch::ones({1, 1, 4}).set_requires_grad(true)},
                               {"stem.weight", torch::ones({4, 3, 2, 2}).set_requires_grad(true)}};
        for (const bool matricesOnly : {false, true}) {
            for (const auto& [name, tensor] : all) {
                tensor.detach().fill_(1);
                tensor.mutable_grad() = torch::zeros_like(tensor);
            }
            AdamW(all, {0.9, 0.999, 1e-8, 0.5, 0, {}, matricesOnly}).step(0.1);
            for (const auto& [name, tensor] : all) {
                const bool decayed = !matricesOnly || name == "fc.weight" || name == "stem.weight";
                QVERIFY2(std::abs(tensor.max().item<double>() - (decayed ? 0.95 : 1)) < 1e-6, name.c_str());
            }
        }
    }

    void theNormIsThatOfAllGradients()
    {
        const NamedTensors all{{"a", torch::zeros({2}).set_requires_grad(true)},
                               {"b", torch::zeros({1}).set_requires_grad(true)}};
        all.at("a").mutable_grad() = torch::tensor({1.0F, 2.0F});
        all.at("b").mutable_grad() = torch::tensor({2.0F});
        AdamW optimizer(all, {0, 0, 1e-8, 0, 1.5, {}, false});
        QVERIFY(std::abs(optimizer.step(1e-3).all - 3) < 1e-12);
        QVERIFY(std::abs(optimizer.state().at("first.a")[0].item<double>() - 0.5) < 1e-6); // half the gradient remains
    }
};

QTEST_GUILESS_MAIN(TestAdamW)
#include "test_adam_w.moc"
