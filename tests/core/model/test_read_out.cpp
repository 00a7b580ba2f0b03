#include "core/base/error.h"
#include "core/model/random_model.h"
#include "core/model/torch_model.h"
#include "core/protocol/map_way.h"
#include "core/weights/families/canonical_names.h"

#include <ATen/ATen.h>
#include <QTest>
#include <c10/core/InferenceMode.h>
#include <cmath>
#include <functional>
#include <optional>

using namespace mama;

// Read-outs of vision transformers against the papers' formulas, written out in double precision.
class TestReadOut : public QObject
{
    Q_OBJECT
private:
    static constexpr const char* names[] = {"standard", "self-1", "self-2", "value-only", "value-ffn", "neighbour"};

    // Rows and columns differ, so that one taken for the other is seen.
    static nlohmann::json description(bool plain, int depth)
    {
        nlohmann::json made = benchmarkDescription();
        made["image"].update({{"width", 96},
                              {"depth", depth},
                              {"heads", 3},
                              {"mlp_hidden", 160},
                              {"patch", 14},
                              {"native_grid", {4, 6}}});
        if (plain) // SigLIP's form
            made["image"].update({{"registers", 0},
                                  {"layer_scale", false},
                                  {"class_token", false},
                                  {"activation", "gelu_pytorch_tanh"}});
        made["heads"].update({{"embedding", 32}, {"local_hidden", 64}});
        made["input"]["size"] = 56;
        return made;
    }

    struct Plain
    {
        const Parameters& parameters;
        const nlohmann::json& image;
        std::int64_t width = image.at("width"), heads = image.at("heads"), depth = image.at("depth"),
                     size = width / heads;

        at::Tensor get(const std::string& name) const
        {
            return parameters.get(mama::names::imageTower + name).to(at::kDouble);
        }
        at::Tensor linear(const at::Tensor& x, const std::string& name) const
        {
            return at::matmul(x, get(name + ".weight").t()) + get(name + ".bias");
        }
        at::Tensor norm(const at::Tensor& x, const std::string& name) const
        {
            const at::Tensor centred = x - x.mean(-1, true);
            return centred / (centred.square().mean(-1, true) + 1e-6).sqrt() * get(name + ".weight") +
                   get(name + ".bias");
        }
        at::Tensor scaled(const at::Tensor& x, const std::string& name) const
        {
            return image.value("layer_scale", true) ? x * get(name + ".gamma") : x;
        }
        at::Tensor mlp(const at::Tensor& x, const std::string& block) const
        {
            const at::Tensor inner = linear(norm(x, block + "norm2"), block + "mlp.fc1");
            const bool tanh = image.value("activation", std::string("gelu")) == "gelu_pytorch_tanh";
            const at::Tensor active =
                tanh ? 0.5 * inner * (1 + at::tanh(std::sqrt(2 / M_PI) * (inner + 0.044715 * inner.pow(3))))
                     : 0.5 * inner * (1 + at::erf(inner / std::sqrt(2.0)));
            return scaled(linear(active, block + "mlp.fc2"), block + "ls2");
        }
        // Which of q, k, v: [T, heads, size] of the one image.
        at::Tensor part(const at::Tensor& x, const std::string& block, int which) const
        {
            return linear(norm(x, block + "norm1"), block + "attn.qkv")[0]
                .narrow(1, which * width, width)
                .view({-1, heads, size});
        }
        at::Tensor projected(const at::Tensor& attended, const std::string& block) const
        {
            return scaled(linear(attended.reshape({1, -1, width}), block + "attn.proj"), block + "ls1");
        }
        // weights(head) [T, T]: row i says whom token i attends to.
        at::Tensor attention(const at::Tensor& x, const std::string& block,
                             const std::function<at::Tensor(int)>& weights) const
        {
            const at::Tensor v = part(x, block, 2);
            at::Tensor out = at::zeros_like(v);
            for (int head = 0; head < heads; ++head)
                out.select(1, head).copy_(at::matmul(weights(head), v.select(1, head)));
            return projected(out, block);
        }
        at::Tensor block(const at::Tensor& x, std::int64_t i, bool own) const
        {
            const std::string name = "blocks." + std::to_string(i) + ".";
            const at::Tensor q = part(x, name, 0), k = part(x, name, 1);
            const at::Tensor middle = x + attention(x, name, [&](int head) {
                                          if (own)
                                              return at::eye(x.size(1), at::kDouble);
                                          return at::matmul(q.select(1, head), k.select(1, head).t())
                                              .div(std::sqrt(static_cast<double>(size)))
                                              .softmax(-1);
                                      });
            return middle + mlp(middle, name);
        }
        at::Tensor neighbours(const at::Tensor& x, const GridSize& grid) const
        {
            const std::string name = "blocks." + std::to_string(depth - 1) + ".";
            const at::Tensor k = part(x, name, 1);
            const std::int64_t before = x.size(1) - grid.cells();
            return attention(x, name, [&](int head) {
                at::Tensor weights = at::eye(x.size(1), at::kDouble);
                for (std::int64_t a = 0; a < grid.cells(); ++a) {
                    at::Tensor row = at::empty({grid.cells()}, at::kDouble);
                    for (std::int64_t b = 0; b < grid.cells(); ++b) {
                        const auto down = static_cast<double>(a / grid.columns - b / grid.columns),
                                   across = static_cast<double>(a % grid.columns - b % grid.columns);
                        const at::Tensor like =
                            (k[before + a][head] * k[before + b][head]).sum() / std::sqrt(static_cast<double>(size));
                        row[b] = like + std::exp(-(down * down + across * across) / 2);
                    }
                    weights[before + a].zero_();
                    weights[before + a].narrow(0, before, grid.cells()).copy_(row.softmax(0));
                }
                return weights;
            });
        }
        at::Tensor read(const LateTokens& late, ReadOut way) const
        {
            const std::string name = "blocks." + std::to_string(depth - 1) + ".";
            const at::Tensor last = late.last.to(at::kDouble), second = late.secondLast.to(at::kDouble);
            const at::Tensor value = projected(part(last, name, 2), name);
            switch (way) {
            case ReadOut::Standard: return block(last, depth - 1, false);
            case ReadOut::Self1: return block(last, depth - 1, true);
            case ReadOut::Self2:
                return depth < 2 ? block(last, 0, true) : block(block(second, depth - 2, true), depth - 1, true);
            case ReadOut::ValueOnly: return value;
            case ReadOut::ValueFfn: return value + mlp(value, name);
            case ReadOut::Neighbour: return neighbours(last, late.grid);
            }
            return {};
        }
    };
    static double distance(const at::Tensor& made, const at::Tensor& exact)
    {
        return ((made.to(at::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
    }

private Q_SLOTS:
    void eachIsItsPaper_data()
    {
        QTest::addColumn<bool>("plain");
        QTest::addColumn<int>("depth");
        for (const bool plain : {false, true})
            for (const int depth : {1, 2, 3})
                QTest::addRow("%s, %d blocks", plain ? "without class token" : "with registers", depth)
                    << plain << depth;
    }
    void eachIsItsPaper()
    {
        QFETCH(bool, plain);
        QFETCH(int, depth);
        const c10::InferenceMode inference;
        at::manual_seed(5);
        const nlohmann::json made = description(plain, depth);
        Parameters parameters = randomParameters(made, 9);
        if (plain)
            parameters.set(mama::names::imageTower + "pos_embed", at::randn({1, 4 * 6, 96}) * 0.02);
        const Plain formula{parameters, made["image"]};
        const at::Tensor images = at::randn({1, 3, 4 * 14, 6 * 14});
        for (const auto precision : {std::optional<Precision>(), std::optional(Precision::Fp32),
                                     std::optional(Precision::Bf16), std::optional(Precision::Int8)}) {
            const std::unique_ptr<ImageTower> tower = ImageTower::make(parameters, made["image"]);
            if (precision)
                tower->pack(*precision);
            LateTokens late;
            const at::Tensor tokens = tower->tokens(images, {}, {}, &late);
            QVERIFY(at::equal(tokens, tower->tokens(images))); // what is kept changes nothing
            QCOMPARE(late.grid.rows, 4);
            QCOMPARE(late.grid.columns, 6);
            if (depth > 1)
                QVERIFY(distance(formula.block(late.secondLast.to(at::kDouble), depth - 2, false),
                                 late.last.to(at::kDouble)) <
                        (!precision || *precision == Precision::Fp32 ? 1e-5 : 0.1));
            const double most = !precision || *precision == Precision::Fp32 ? 2e-5 : 0.1;
            for (int i = 0; i < 6; ++i) {
                const auto way = static_cast<ReadOut>(i);
                const at::Tensor read = tower->patches(tower->read(late, way)),
                                 exact = tower->patches(formula.read(late, way));
                QCOMPARE(read.scalar_type(), at::kFloat);
                QVERIFY2(distance(read, exact) < most, names[i]);
                if (way == ReadOut::Standard)
                    QVERIFY(distance(tokens, tower->read(late, way).to(at::kDouble)) < 1e-5);
            }
        }
    }

    // Through the model: the image's vector stays, the maps are those of the read-out through the trained head.
    void ofAWholeModel()
    {
        const nlohmann::json made = description(false, 2);
        const Parameters parameters = randomParameters(made, 9);
        ComputeOptions compute;
        compute.precision = Precision::Fp32;
        compute.device = "cpu";
        const TorchModel model(parameters, made, nullptr, compute);
        const c10::InferenceMode inference;
        at::manual_seed(5);
        const at::Tensor images = at::randn({2, 3, 56, 84}).contiguous();
        const auto encoded = [&](const std::string& way) {
            return *model.encodeImages({images.const_data_ptr<float>(), static_cast<std::size_t>(images.numel())},
                                       ImageShape{2, 56, 84}, {}, {way, true});
        };
        const ImageEmbedding standard = encoded({});
        QCOMPARE(model.info().mapWays, std::vector<std::string>(std::begin(names), std::end(names)));
        QCOMPARE(model.info().mapWay("standard"), std::string());
        QCOMPARE(mapWayName({}, model.info().mapWays), std::string("standard")); // it has its name where others are
        QCOMPARE(mapWayName("self-2", model.info().mapWays), std::string("self-2"));
        QCOMPARE(mapWayLegend("standard", "mama").english(), std::string("map way standard, as trained"));
        QVERIFY(encoded("standard").patches == standard.patches);
        const Network network(parameters, made);
        LateTokens late;
        static_cast<void>(network.image->tokens(images, {}, {}, &late));
        for (int i = 1; i < 6; ++i) {
            const ImageEmbedding read = encoded(names[i]);
            QVERIFY(read.global == standard.global && read.patches != standard.patches);
            // What was kept of any way gives every other one again, to the bit.
            QVERIFY(*model.readOut(*standard.kept, names[i]) == read.patches);
            QVERIFY(*model.readOut(*read.kept, "standard") == standard.patches);
            QCOMPARE(read.kept->bytes(), standard.kept->bytes());
            const at::Tensor cells = network.imageLocal(network.image->read(late, static_cast<ReadOut>(i)));
            QVERIFY2((at::tensor(read.patches).view_as(cells) - cells).abs().max().item<double>() < 1e-4, names[i]);
        }
        try {
            static_cast<void>(encoded("self-3"));
            QFAIL("taken");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Usage);
            QVERIFY2(std::string(error.what()).find("neighbour") != std::string::npos, error.what());
        }
    }

    void aModelHasItsDefault()
    {
        nlohmann::json made = description(false, 2);
        const Parameters parameters = randomParameters(made, 9);
        ComputeOptions compute;
        compute.device = "cpu";
        made["inference"]["map_readout"] = "self-2";
        const TorchModel model(parameters, made, nullptr, compute);
        QCOMPARE(model.info().mapWays.front(), std::string("self-2"));
        QCOMPARE(model.info().mapWay({}), std::string("self-2"));
        QCOMPARE(model.info().mapWay("standard"), std::string());
        made["inference"]["map_readout"] = "self-9";
        try {
            const TorchModel other(parameters, made, nullptr, compute);
            QFAIL("taken");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Model);
            QVERIFY2(std::string(error.what()).find("self-9") != std::string::npos, error.what());
        }
    }
};

QTEST_GUILESS_MAIN(TestReadOut)
#include "test_read_out.moc"
