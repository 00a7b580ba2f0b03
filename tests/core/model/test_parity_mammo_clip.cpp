#include "core/base/error.h"
#include "core/base/processor.h"
#include "core/dicom/read/image_file.h"
#include "core/image/profile.h"
#include "tests/core/model/public_model.h"

#include <ATen/ATen.h>
#include <cstring>

using namespace mama;
using namespace mama::test;

// Mammo-CLIP's and Mammo-FM's published files against the references' own modules: every file that the cases list.
class TestParityMammoClip : public QObject
{
    Q_OBJECT
private:
    using Json = nlohmann::json;

    static ImportOptions optionsFor(const ParityCase& parity, const std::string& file)
    {
        ImportOptions options;
        options.checkpoint = parity.path(file);
        options.textModel = parity.path("text-model");
        return options;
    }
    // An 8-bit grey PNG.
    static Raster<std::uint8_t> picture(const std::filesystem::path& path)
    {
        const StoredImage stored = ImageFile::open(path)->readFrame(0);
        Raster<std::uint8_t> out(stored.rows, stored.columns);
        std::memcpy(out.values.data(), stored.bytes.data(), std::min(stored.bytes.size(), out.values.size()));
        return out;
    }
    // The file of some pictures by their name, "a" of "inputs/images_a.npy"; no name: the first.
    static std::string imagesFile(const ParityCase& parity, const std::string& name)
    {
        for (const auto& [file, facts] : parity.description().at("files").items())
            for (const char* start : {"inputs/images_", "inputs/image_"})
                if (file == start + name + ".npy" ||
                    (name.empty() && file.starts_with(start) && file.ends_with(".npy")))
                    return file;
        return name;
    }
    // "expected_b5/" of "b5-model-best-epoch-7.tar", or "expected/" where a case has one model.
    static std::string expectedOf(const ParityCase& parity, const std::string& file)
    {
        const std::string own = "expected_" + file.substr(0, file.find('-'));
        return (std::filesystem::exists(parity.path(own)) ? own : std::string("expected")) + "/";
    }
    static at::Tensor cosines(const ImageEmbedding& images, const at::Tensor& texts)
    {
        return rowsOf(images.global, images.dim).matmul(texts.t());
    }
    // [N, M, h, w]
    static at::Tensor maps(const ImageEmbedding& images, const at::Tensor& texts)
    {
        const at::Tensor cells = rowsOf(images.patches, images.dim).view({images.count, -1, images.dim});
        return cells.matmul(texts.t()).transpose(1, 2).reshape(
            {images.count, texts.size(0), images.rows, images.columns});
    }

private Q_SLOTS:
    // The convolutions in bfloat16: near float32, and not float32 under another name.
    void halfPrecision()
    {
        if (!multipliesBf16(processor()))
            QSKIP("this processor has no products of bfloat16");
        const ParityCase parity("mammoclip-ckpt");
        MAMA_NEED(parity.present(), "mammoclip-ckpt");
        for (const auto& [file, facts] : parity.description().at("files").items())
            if (file.ends_with(".tar")) {
                const auto made = [&](Precision precision) {
                    const PublicModel model(optionsFor(parity, file), precision);
                    const ImageEmbedding out = model.encode(tensorOf(parity.array(imagesFile(parity, {}))));
                    return rowsOf(out.global, out.dim);
                };
                const at::Tensor exact = made(Precision::Fp32), half = made(Precision::Bf16);
                QVERIFY((exact * half).sum(1).min().item<double>() > 0.99);
                QVERIFY((exact - half).abs().max().item<double>() > 1e-5);
            }
    }

    void everyStep_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("file");
        for (const char* name : {"mammoclip-ckpt", "mammofm-ckpt"}) {
            const ParityCase parity(name);
            MAMA_NEED(parity.present(), name);
            for (const auto& [file, facts] : parity.description().at("files").items())
                if (file.ends_with(".tar"))
                    QTest::addRow("%s", file.c_str()) << QString(name) << QString::fromStdString(file);
        }
    }

    void everyStep()
    {
        QFETCH(QString, name);
        QFETCH(QString, file);
        const ParityCase parity(name.toStdString());
        const PublicModel model(optionsFor(parity, file.toStdString()));
        const auto texts = textsOf(parity, "inputs/texts.json");
        const at::Tensor allTexts = model.texts(texts);
        const auto images = [&](const std::string& of) { return tensorOf(parity.array(imagesFile(parity, of))); };
        const auto of = [&](const std::vector<std::string>& groups) { return images(groups[1]); };
        const auto scores = [&](const std::string& task, const at::Tensor& pictures, bool scaled) {
            const auto prompts = parity.json("inputs/zeroshot_prompts.json").at(task).get<std::vector<std::string>>();
            const at::Tensor similar = cosines(model.encode(pictures), model.texts(prompts)).to(at::kDouble);
            const double factor = model.description()["zero_shot"].at("factor");
            return (similar * (scaled ? std::exp(model.model().info().logitScale) : factor)).softmax(1);
        };
        const auto local = [&](const at::Tensor& pictures, bool additive) {
            const ImageEmbedding made = model.encode(pictures, additive ? "additive" : "cell");
            return rowsOf(made.patches, made.dim).view({made.count, -1, made.dim});
        };
        const auto pooled = [&](const at::Tensor& pictures) { return model.network().pooled(model.tokens(pictures)); };
        const auto unnormalised = [&](const at::Tensor& pictures) {
            return model.network().imageGlobal(pooled(pictures));
        };
        const std::string folder = expectedOf(parity, file.toStdString());
        using Groups = std::vector<std::string>;
        compareAll(
            parity, folder,
            {{"feature_map_(.+)", [&](const Groups& g) { return model.tokens(of(g)).transpose(1, 2); }},
             {"pooled_(.+)", [&](const Groups& g) { return pooled(of(g)); }},
             {"image_unnormalised_(.+)", [&](const Groups& g) { return unnormalised(of(g)); }},
             {"image_global_(.+)",
              [&](const Groups& g) { return rowsOf(model.encode(of(g)).global, allTexts.size(1)); }},
             {"local_unnormalised_(.+)",
              [&](const Groups& g) { return model.network().imageCells(model.tokens(of(g))); }},
             {"local_(.+)", [&](const Groups& g) { return local(of(g), false); }},
             {"cosine_?(.*)", [&](const Groups& g) { return cosines(model.encode(of(g)), allTexts); }},
             {"logits_?(.*)",
              [&](const Groups& g) {
                  return cosines(model.encode(of(g)), allTexts) * std::exp(model.model().info().logitScale);
              }},
             {"map_cosine_?(.*)", [&](const Groups& g) { return maps(model.encode(of(g), "cell"), allTexts); }},
             {"map_additive_?(.*)", [&](const Groups& g) { return maps(model.encode(of(g), "additive"), allTexts); }},
             {"zeroshot_scaled_(.*?)(?:_(\\d+))?", [&](const Groups& g) { return scores(g[1], images(g[2]), true); }},
             {"zeroshot_(.*?)(?:_(\\d+))?", [&](const Groups& g) { return scores(g[1], images(g[2]), false); }},
             {"text_global", [&](const Groups&) { return allTexts; }},
             {"text_pooled", [&](const Groups&) { return lastTokens(model, texts); }},
             {"text_hidden",
              [&](const Groups&) { return firstStates(parity, folder + "text_hidden.npy", model, texts); }},
             // What other libraries would give: the reference does not use it.
             {"text_last_hidden|text_global_if_normed", [](const Groups&) { return at::Tensor(); }},
             {"downstream_logit", [](const Groups&) { return at::Tensor(); }}});
    }

    void tokens_data() { everyStep_data(); }
    void tokens()
    {
        QFETCH(QString, name);
        QFETCH(QString, file);
        const ParityCase parity(name.toStdString());
        const PublicModel model(optionsFor(parity, file.toStdString()));
        const NpyArray ids = parity.array("inputs/ids.npy"), mask = parity.array("inputs/mask.npy");
        const auto wanted = ids.asInt64(), real = mask.asInt64();
        const auto texts = textsOf(parity, "inputs/texts.json");
        const auto length = static_cast<std::size_t>(ids.shape[1]);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            CaptionRules rules = model.rules();
            QVERIFY(static_cast<std::size_t>(rules.length) >= length);
            for (const bool raw : {false, true}) {
                const Tokens made = encodeText(model.tokenizer(), rules, texts[i], raw);
                for (std::size_t k = 0; k < made.ids.size(); ++k) {
                    QCOMPARE(std::int64_t{made.mask[k]}, k < length ? real[i * length + k] : 0);
                    if (k < length)
                        QCOMPARE(std::int64_t{made.ids[k]}, wanted[i * length + k]);
                }
            }
        }
    }

    // The additive way's cells are a decomposition: their mean is the image's similarity.
    void meanOfAdditiveCellsIsTheSimilarity_data() { everyStep_data(); }
    void meanOfAdditiveCellsIsTheSimilarity()
    {
        QFETCH(QString, name);
        QFETCH(QString, file);
        const ParityCase parity(name.toStdString());
        const PublicModel model(optionsFor(parity, file.toStdString()));
        const at::Tensor texts = model.texts({"mass", "no mass"});
        const ImageEmbedding made = model.encode(at::randn({1, 1, 100, 160}), "additive");
        const at::Tensor mean = maps(made, texts).mean({2, 3}), whole = cosines(made, texts);
        QVERIFY2((mean - whole).abs().max().item<double>() < 2e-6,
                 std::to_string((mean - whole).abs().max().item<double>()).c_str());
        QVERIFY_THROWS_EXCEPTION(Error, model.encode(at::randn({1, 1, 100, 160}), "value"));
    }

    void downstreamClassifier()
    {
        const ParityCase parity("mammoclip-ckpt");
        MAMA_NEED(parity.present(), "mammoclip-ckpt");
        for (const auto& [file, facts] : parity.description().at("files").items()) {
            if (!file.ends_with(".pth"))
                continue;
            ImportOptions options;
            options.checkpoint = parity.path(file);
            const ReferenceModel reference(options);
            QCOMPARE(reference.imported.description["kind"].get<std::string>(), std::string("linear-probe"));
            const Network network = reference.network();
            for (const auto& [expected, other] : parity.description().at("files").items())
                if (expected.ends_with("downstream_logit.npy")) {
                    const at::Tensor images = tensorOf(parity.array(imagesFile(parity, {}))).expand({-1, 3, -1, -1});
                    const at::Tensor made =
                        network.imageGlobal(network.pooled(network.image->tokens(images.contiguous())));
                    MAMA_SAME(parity.difference(expected, valuesOf(made)));
                }
        }
    }

    // From stored pixels to the prepared picture and back.
    void preparation()
    {
        const ParityCase parity("mammoclip-ckpt");
        MAMA_NEED(parity.present(), "mammoclip-ckpt");
        int index = 0;
        for (const Json& entry : parity.json("expected_path/geometry.json")) {
            const auto file = ImageFile::open(parity.path(entry.at("file")));
            const StoredImage stored = file->readFrame(0);
            GreyPipeline pipeline = file->pipeline(0);
            pipeline.inverted = entry.at("photometric") == "MONOCHROME1";
            const PreparedImage made = prepare(stored, pipeline, findProfile("mammo-clip"));
            const Raster<std::uint8_t> wanted =
                picture(parity.path("expected_path/prepared_" + std::to_string(index++) + ".png"));
            QCOMPARE(made.seenGrey.rows, wanted.rows);
            QCOMPARE(made.seenGrey.columns, wanted.columns);
            int most = 0;
            for (std::size_t i = 0; i < wanted.values.size(); ++i)
                most = std::max(most, std::abs(int{made.seenGrey.values[i]} - int{wanted.values[i]}));
            qInfo() << "largest difference" << most << "grey levels";
            QVERIFY(most <= 1);
            const Box& crop = made.geometry.chain().crop;
            QVERIFY(Json({crop.x0, crop.y0, crop.x1 + 1, crop.y1 + 1}) == entry.at("crop"));
            const Point back = made.geometry.toStored({0.5, 0.5}); // centre of the first pixel
            QVERIFY(std::abs(back.x - 0.5 - (crop.x0 + 0.5 * entry["scale"][0].get<double>() - 0.5)) < 1e-9);
            QVERIFY(std::abs(back.y - 0.5 - (crop.y0 + 0.5 * entry["scale"][1].get<double>() - 0.5)) < 1e-9);
        }
        QVERIFY(index > 0);
    }

    // The whole path: the prepared picture as the loader reads it, its embedding and its maps on a grid that is no
    // square.
    void wholePath()
    {
        const ParityCase parity("mammoclip-ckpt");
        MAMA_NEED(parity.present(), "mammoclip-ckpt");
        const auto& files = parity.description().at("files");
        for (const auto& [file, facts] : files.items()) {
            if (!file.ends_with(".tar"))
                continue;
            const PublicModel model(optionsFor(parity, file));
            for (int i = 0; files.contains("expected_path/image_global_" + std::to_string(i) + ".npy"); ++i) {
                const std::string number = std::to_string(i) + ".npy", global = "expected_path/image_global_" + number;
                if (files[global].at("shape").at(1) != model.model().info().embedding)
                    continue;
                const Raster<std::uint8_t> seen =
                    picture(parity.path("expected_path/prepared_" + std::to_string(i) + ".png"));
                const Profile profile = findProfile("mammo-clip");
                at::Tensor grey =
                    at::tensor(seen.values, at::kByte).to(at::kFloat).view({1, 1, seen.rows, seen.columns});
                grey = grey - grey.min();
                grey = (grey / grey.max() - profile.mean[0]) / profile.deviation[0];
                const ImageEmbedding made = model.encode(grey, "cell");
                MAMA_SAME(parity.difference(global, made.global));
                const std::string map = "expected_path/map_cosine_" + number;
                const auto shape = files[map].at("shape").get<std::vector<std::int64_t>>();
                auto texts = textsOf(parity, "inputs/texts.json");
                texts.resize(static_cast<std::size_t>(shape[1]));
                QCOMPARE(made.rows, shape[2]);
                QCOMPARE(made.columns, shape[3]);
                MAMA_SAME(parity.difference(map, valuesOf(maps(made, model.texts(texts)))));
            }
        }
    }

private:
    static at::Tensor lastTokens(const PublicModel& model, const std::vector<std::string>& texts)
    {
        const at::Tensor all = model.hidden(texts);
        std::vector<at::Tensor> rows;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const auto length = static_cast<std::int64_t>(
                encodeText(model.tokenizer(), model.rules(), texts[i], false, false).ids.size());
            rows.push_back(all[static_cast<std::int64_t>(i)][length - 1]);
        }
        return at::stack(rows);
    }

    // The first positions of some texts, which ones the note says ("texts [1, 6, 12]"), else the first; padding as 0
    // where the note says so.
    static at::Tensor firstStates(const ParityCase& parity, const std::string& file, const PublicModel& model,
                                  const std::vector<std::string>& texts)
    {
        const Json& facts = parity.description().at("files").at(file);
        const auto shape = facts.at("shape").get<std::vector<std::int64_t>>();
        const std::string note = facts.at("note");
        std::vector<std::string> some(texts.begin(), texts.begin() + shape[0]);
        if (const std::size_t at = note.find('['); at != note.npos) {
            const Json which = Json::parse(note.substr(at, note.find(']') + 1 - at));
            for (std::size_t i = 0; i < some.size(); ++i)
                some[i] = texts.at(which.at(i).get<std::size_t>());
        }
        const bool zeros = note.find("padded positions set to 0") != note.npos;
        // Padded to the longest of all texts, as the case was.
        std::vector<std::string> padded = some;
        padded.insert(padded.end(), texts.begin(), texts.end());
        at::Tensor states = model.hidden(padded).narrow(0, 0, shape[0]).narrow(1, 0, shape[1]).clone();
        for (std::size_t i = 0; i < some.size() && zeros; ++i) {
            const auto length = static_cast<std::int64_t>(
                encodeText(model.tokenizer(), model.rules(), some[i], false, false).ids.size());
            if (length < shape[1])
                states[static_cast<std::int64_t>(i)].narrow(0, length, shape[1] - length).zero_();
        }
        return states;
    }
};

QTEST_GUILESS_MAIN(TestParityMammoClip)
#include "test_parity_mammo_clip.moc"
