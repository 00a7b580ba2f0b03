#include "core/base/error.h"
#include "core/model/random_model.h"
#include "core/training/data/sample_batch.h"
#include "core/training/losses/dense_terms.h"
#include "core/training/model/fixed_text.h"
#include "core/training/model/start_model.h"
#include "core/training/model/trainable_model.h"
#include "tests/support/test_data.h"

#include <torch/torch.h>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;
using When = FindingSentence::When;

// The terms on a small model of random weights and a real tokenizer.
class TestDenseTerms : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(fs::exists(bert() / "model.safetensors"), "parity/text/bert");
        writeStartModel({description(), bert(), 3, {}}, root() / "model");
        m_captions = loadCaptionTokenizer(root() / "model");
        m_model = std::make_unique<TrainableModel>(root() / "model");
        for (const auto& [name, tensor] : m_model->parameters.all())
            if (name.starts_with("text_encoder_q.local_embed") && tensor.is_floating_point() &&
                name.find("running") == std::string::npos)
                at::Tensor(tensor).set_requires_grad(true);
        m_network = std::make_unique<Network>(m_model->parameters, m_model->description);
    }

    void bothTermsReachThePatchesAndTheTextHead()
    {
        DenseTerms terms({sentences(), 2, 1, 6, 3}, m_captions);
        const SampleBatch batch = batchOf({"Findings: a mass. The mass is round.", "Negative."});
        ForwardPass pass = passOf(batch);
        pass.patches.set_requires_grad(true);
        pass.globals.set_requires_grad(true);
        torch::Tensor total = torch::zeros({});
        std::vector<std::string> names;
        for (const auto& value : terms(pass)) {
            names.push_back(value.name);
            total = total + value.weight * value.value;
        }
        QVERIFY((names == std::vector<std::string>{"mask", "sentence"}));
        total.backward();
        QVERIFY(pass.patches.grad().abs().max().item<double>() > 0 &&
                pass.globals.grad().abs().max().item<double>() > 0);
        QVERIFY(m_model->parameters.get("text_encoder_q.local_embed.head.0.weight").grad().abs().max().item<double>() >
                0);
    }

    // A caption that names the lesion adds its own map to the mask term; one that denies it does not.
    void onlyASentenceThatSaysSoIsTheCaptionsOwn()
    {
        DenseTerms terms({sentences(), 1, 0, 6, 3}, m_captions);
        const auto mask = [&](const std::string& caption) {
            const SampleBatch batch = batchOf({caption, "Negative."});
            return terms(passOf(batch)).front().value.item<double>();
        };
        const double without = mask("The breast is dense."), denied = mask("There is no mass."),
                     said = mask("The mass is round.");
        QVERIFY(std::abs(without - denied) < 1e-6);
        QVERIFY(said > without + 0.01);
    }

    // A text that never trains: the same states alone and in a batch, known or new, and those of the padded batch.
    void fixedTextDependsOnNothingElse()
    {
        const SampleBatch batch = batchOf({"The mass is round. It is dense.", "Negative."}),
                          other = batchOf({"Negative.", "Calcification is present."});
        FixedText first(m_model->parameters, m_model->description["text"]),
            second(m_model->parameters, m_model->description["text"]);
        const auto whole = first(batch), again = first(batch);
        second(other);
        const auto late = second(batch);
        QCOMPARE(whole.counts, (std::vector<std::int64_t>{static_cast<std::int64_t>(batch.separators[0].size()),
                                                          static_cast<std::int64_t>(batch.separators[1].size())}));
        for (const auto& made : {again, late}) {
            QVERIFY(torch::equal(made.pooled, whole.pooled));
            QVERIFY(torch::equal(made.sentences, whole.sentences));
        }
        const torch::NoGradGuard noGradients;
        const auto ids = torch::from_blob(const_cast<std::int64_t*>(batch.ids.data()), {2, batch.tokens}, torch::kLong);
        const auto mask =
            torch::from_blob(const_cast<std::uint8_t*>(batch.mask.data()), {2, batch.tokens}, torch::kByte)
                .to(torch::kBool);
        const auto hidden = m_network->text->hidden({ids, mask, {}});
        for (std::int64_t i = 0; i < 2; ++i)
            QVERIFY(torch::allclose(whole.pooled[i], hidden[i].index({mask[i]}).mean(0), 1e-4, 1e-5));
        QVERIFY(torch::allclose(whole.sentences[whole.counts[0]], hidden[1][batch.separators[1].front()], 1e-4, 1e-5));
    }

    void whatIsMissingIsSaid()
    {
        QVERIFY_THROWS_EXCEPTION(Error, DenseTerms({{{"There is a mass.", When::Mass, 0}}, 1, 1, 6, 3}, m_captions));
        DenseTerms terms({sentences(), 1, 1, 6, 3}, m_captions);
        SampleBatch batch = batchOf({"The mass is round.", "Negative."});
        batch.lesionGrid.clear();
        QVERIFY_THROWS_EXCEPTION(Error, terms(passOf(batch)));
    }

private:
    fs::path root() const { return m_folder.path().toStdString(); }
    static fs::path bert() { return test::parityModel("text", "bert"); }
    static std::vector<FindingSentence> sentences()
    {
        return {{"There is a mass.", When::Mass, 0},
                {"Calcification is present.", When::Calcification, 0},
                {"Negative.", When::Normal, 0},
                {"The breast is dense.", When::Density, 2}};
    }
    static json description()
    {
        return {{"format", 1},
                {"name", "small"},
                {"kind", "mama"},
                {"image",
                 {{"family", "dinov2"},
                  {"width", 32},
                  {"depth", 1},
                  {"heads", 2},
                  {"patch", 16},
                  {"registers", 0},
                  {"mlp_hidden", 64},
                  {"ffn", "mlp"},
                  {"layer_scale", false},
                  {"native_grid", {4, 4}},
                  {"norm_eps", 1e-6},
                  {"pooling", "mean-prenorm"}}},
                {"text", json::object()},
                {"heads",
                 {{"embedding", 8},
                  {"local", true},
                  {"local_hidden", 32},
                  {"simclr", true},
                  {"classes", nullptr},
                  {"batchnorm_eps", 1e-5}}},
                {"input", {{"profile", "mama"}, {"profile_version", 1}, {"size", 64}, {"channels", 3}}},
                {"captions",
                 {{"separator", "[SEP]"},
                  {"start", ""},
                  {"end", ""},
                  {"pad", "[PAD]"},
                  {"length", 48},
                  {"added_tokens", json::array()}}},
                {"compat", "default"},
                {"provenance", {{"trained_on", "nothing: random weights"}}}};
    }
    SampleBatch batchOf(const std::vector<std::string>& captions) const
    {
        SampleBatch batch;
        batch.size = static_cast<std::int64_t>(captions.size());
        for (const std::string& caption : captions) {
            const Tokens tokens = encodeCaption(*m_captions.tokenizer, m_captions.rules, caption);
            batch.tokens = static_cast<int>(tokens.ids.size());
            batch.ids.insert(batch.ids.end(), tokens.ids.begin(), tokens.ids.end());
            for (const std::int32_t real : tokens.mask)
                batch.mask.push_back(real != 0 ? 1 : 0);
            batch.separators.emplace_back(tokens.separators.begin(), tokens.separators.end());
            batch.labels.push_back(2);
        }
        batch.lesionChannels = 2;
        batch.lesionRows = batch.lesionColumns = 4;
        batch.lesionGrid.assign(captions.size() * 2 * 16, 0);
        batch.lesionGrid[5] = 1; // a mass in the first image
        return batch;
    }
    ForwardPass passOf(const SampleBatch& batch) const
    {
        torch::manual_seed(3);
        std::int64_t total = 0;
        for (const auto& own : batch.separators)
            total += static_cast<std::int64_t>(own.size());
        return {batch,
                *m_network,
                l2(torch::randn({batch.size, 16, 8})),
                torch::randn({batch.size, 8}),
                l2(torch::randn({total, 8})),
                false};
    }

    QTemporaryDir m_folder;
    CaptionTokenizer m_captions;
    std::unique_ptr<TrainableModel> m_model;
    std::unique_ptr<Network> m_network;
};

QTEST_GUILESS_MAIN(TestDenseTerms)
#include "test_dense_terms.moc"
