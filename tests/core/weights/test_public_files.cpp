#include "core/base/error.h"
#include "core/base/files.h"
#include "core/text/tokenizer/tokenizer.h"
#include "core/weights/import_weights.h"
#include "core/weights/key_names.h"
#include "core/weights/model_folder.h"
#include "tests/support/test_data.h"

#include <cstring>
#include <fstream>

using namespace mama;
namespace fs = std::filesystem;

// Checkpoints in other groups' published forms, and what may have become of them: each is imported or refused with a
// reason, whichever file of the cases it is made from.
class TestPublicFiles : public QObject
{
    Q_OBJECT
private:
    using Part = weights::Composition::Place::Part;

    struct Source
    {
        std::string name;
        fs::path weights, textModel; // textModel: empty where the tokenizer lies beside
        bool folder = false;         // the weights' folder is what is imported
    };

    static std::vector<Source> sources()
    {
        std::vector<Source> found;
        for (const char* name : {"mammoclip-ckpt", "mammofm-ckpt", "openclip-ckpt", "siglip-ckpt", "cleft-ckpt"}) {
            const fs::path root = test::parityFolder() / name;
            if (!fs::exists(root))
                continue;
            const fs::path text = fs::exists(root / "text-model") ? root / "text-model" : fs::path();
            for (const auto& entry : fs::recursive_directory_iterator(root)) {
                const std::string kind = entry.path().extension().string();
                if (kind == ".tar" || kind == ".ckpt" || kind == ".bin" || kind == ".safetensors")
                    found.push_back({name + ("/" + entry.path().filename().string()), entry.path(), text,
                                     kind == ".bin" || kind == ".safetensors"});
            }
        }
        std::sort(found.begin(), found.end(), [](const Source& a, const Source& b) { return a.name < b.name; });
        return found;
    }

    static void sourceRows()
    {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const Source& source : sources())
            QTest::addRow("%s in %s", source.name.c_str(), source.weights.parent_path().filename().c_str()) << index++;
        MAMA_NEED(index > 0, "parity/mammoclip-ckpt");
    }

    // A copy of what lies beside the weights, and the options to import it; the weights are still to be written.
    ImportOptions beside(const Source& source, const std::string& weights)
    {
        const fs::path folder = fs::path(m_folder.path().toStdString()) / std::to_string(++m_count);
        fs::create_directories(folder);
        if (source.folder)
            for (const auto& entry : fs::directory_iterator(source.weights.parent_path()))
                if (entry.path() != source.weights)
                    fs::copy(entry.path(), folder / entry.path().filename());
        ImportOptions options;
        options.checkpoint = folder / weights;
        options.textModel = source.textModel;
        return options;
    }

    // The tensors with a change, as safetensors: what a file is shows in its tensors, not in its container.
    using Change = std::function<void(std::vector<NamedTensor>& tensors, std::vector<std::vector<std::byte>>& owned)>;
    ImportOptions changed(const Source& source, const Change& change)
    {
        const ImportOptions options = beside(source, "model.safetensors");
        const auto file = WeightFile::open(source.weights);
        std::vector<NamedTensor> tensors;
        std::vector<std::vector<std::byte>> owned;
        std::vector<TensorBytes> kept;
        for (const TensorInfo& info : file->tensors()) {
            kept.push_back(file->bytes(info));
            tensors.push_back({info, kept.back().bytes, false});
        }
        change(tensors, owned);
        std::stable_sort(tensors.begin(), tensors.end(), [](const NamedTensor& a, const NamedTensor& b) {
            return bytesPerElement(a.info.type) > bytesPerElement(b.info.type);
        });
        writeSafetensors(options.checkpoint, tensors, {{"format", "pt"}});
        if (const auto parameters = file->metadata().find("hyper_parameters"); parameters != file->metadata().end()) {
            writeAtomically(options.checkpoint.parent_path() / "told.json", parameters->dump());
            ImportOptions told = options;
            told.config = options.checkpoint.parent_path() / "told.json";
            return told;
        }
        return options;
    }

    static Part partOf(const std::string& name, const weights::Naming& naming)
    {
        const std::size_t at = naming.whole->start(name);
        return at == name.npos ? Part::Other : naming.whole->place(name.substr(at)).part;
    }
    static weights::Naming namingOf(const std::vector<NamedTensor>& tensors)
    {
        std::vector<std::string> names;
        for (const NamedTensor& tensor : tensors)
            names.push_back(tensor.info.name);
        return weights::recognise(names);
    }
    static Change without(Part part)
    {
        return [part](auto& tensors, auto&) {
            const weights::Naming naming = namingOf(tensors);
            std::erase_if(tensors, [&](const NamedTensor& one) { return partOf(one.info.name, naming) == part; });
        };
    }
    // The n-th of the tensors of that part with so many dimensions.
    static NamedTensor* find(std::vector<NamedTensor>& tensors, Part part, std::size_t dimensions,
                             std::size_t which = 0)
    {
        const weights::Naming naming = namingOf(tensors);
        std::vector<NamedTensor*> found;
        for (NamedTensor& one : tensors)
            if (one.info.type != TensorType::I64 && one.info.shape.size() == dimensions &&
                partOf(one.info.name, naming) == part && weights::mapName(one.info.name, naming).canonical.size() > 0)
                found.push_back(&one);
        return found.empty() ? nullptr : found[which % found.size()];
    }

    // The reason of a refusal; fails where there is none.
    std::string refusal(const ImportOptions& options)
    {
        try {
            static_cast<void>(importWeights(options));
        } catch (const Error& error) {
            qInfo().noquote() << error.what();
            return error.why().english();
        } catch (const std::exception& other) {
            return std::string("no error of ours: ") + other.what();
        }
        return {};
    }

    QTemporaryDir m_folder;
    int m_count = 0;

private Q_SLOTS:
    void wholeFilesAreTaken_data() { sourceRows(); }
    void wholeFilesAreTaken()
    {
        QFETCH(int, index);
        const Source source = sources()[static_cast<std::size_t>(index)];
        for (const bool rewritten : {false, true}) {
            ImportOptions options;
            options.checkpoint = source.folder ? source.weights.parent_path() : source.weights;
            options.textModel = source.textModel;
            if (rewritten)
                options = changed(source, [](auto&, auto&) {});
            const auto model = importWeights(options);
            QCOMPARE(model->description["kind"].get<std::string>(), std::string("clip"));
            QVERIFY(!model->description["provenance"]["licence"].get<std::string>().empty());
            const fs::path folder = fs::path(m_folder.path().toStdString()) / ("model" + std::to_string(++m_count));
            QVERIFY(writeModelFolder(*model, folder));
            ImportOptions again;
            again.checkpoint = folder;
            const auto read = importWeights(again);
            QCOMPARE(read->tensors.size(), model->tensors.size());
            for (const auto& left : read->report.leftOver)
                QFAIL(left.info.name.c_str());
        }
    }

    void brokenFilesAreRefused_data() { sourceRows(); }
    void brokenFilesAreRefused()
    {
        QFETCH(int, index);
        const Source source = sources()[static_cast<std::size_t>(index)];
        const std::string bytes = readText(source.weights);
        for (const double share : {0.01, 0.3, 0.97, 0.9999}) {
            ImportOptions cut = beside(source, source.weights.filename().string());
            std::ofstream(cut.checkpoint, std::ios::binary)
                .write(bytes.data(), static_cast<std::streamsize>(share * static_cast<double>(bytes.size())));
            QVERIFY(!refusal(cut).empty());
        }
        for (const Part part : {Part::Image, Part::Text}) {
            const std::string reason = refusal(changed(source, without(part)));
            QVERIFY2(reason.find("tower") != reason.npos || reason.find("missing") != reason.npos, reason.c_str());
            for (const std::size_t which : {0UL, 7UL, 23UL}) {
                const std::string lacking = refusal(changed(source, [&](auto& tensors, auto&) {
                    const NamedTensor* gone = find(tensors, part, 1, which);
                    tensors.erase(tensors.begin() + (gone - tensors.data()));
                }));
                QVERIFY2(!lacking.empty(), "a tensor is missing");
            }
            QVERIFY(!refusal(changed(source, [&](auto& tensors, auto&) {
                         auto shape = [&](std::size_t which) -> auto&
                         {
                             return find(tensors, part, part == Part::Image ? 4 : 2, which)->info.shape;
                         };
                         std::size_t which = 0; // the first that is not as long as wide
                         while (shape(which).front() == shape(which).back())
                             ++which;
                         std::reverse(shape(which).begin(), shape(which).end());
                     })).empty());
            const std::string values = refusal(changed(source, [&](auto& tensors, auto& owned) {
                NamedTensor* wrong = find(tensors, part, 1, 3);
                owned.emplace_back(wrong->bytes.begin(), wrong->bytes.end());
                std::memset(owned.back().data(), 0xFF, bytesPerElement(wrong->info.type)); // not a number
                wrong->bytes = owned.back();
            }));
            QVERIFY2(values.find("not a number") != values.npos, values.c_str());
        }
        // A layer of the text tower is gone as a whole.
        QVERIFY(!refusal(changed(source, [](auto& tensors, auto&) {
                     std::erase_if(tensors, [](const NamedTensor& one) {
                         return one.info.name.find("s.0.") != std::string::npos;
                     });
                 })).empty());
    }

    void anothersTokenizerIsRefused_data() { sourceRows(); }
    void anothersTokenizerIsRefused()
    {
        QFETCH(int, index);
        const auto all = sources();
        const Source source = all[static_cast<std::size_t>(index)];
        ImportOptions options;
        options.checkpoint = source.weights;
        if (!source.folder) {
            const std::string reason = refusal(options);
            QVERIFY2(reason.find("--text-model") != reason.npos || reason.find("tokenizer") != reason.npos,
                     reason.c_str());
        }
        const auto folderOf = [](const Source& one) {
            return one.textModel.empty() ? one.weights.parent_path() : one.textModel;
        };
        const auto size = Tokenizer::load(folderOf(source))->size();
        for (const Source& other : all) {
            // Two of one size and kind cannot be told apart.
            if (Tokenizer::load(folderOf(other))->size() <= size)
                continue;
            options.textModel = folderOf(other);
            QVERIFY2(!refusal(options).empty(), other.name.c_str());
        }
    }

    // What is divided by, or a root or power is taken of, whichever file says it.
    void impossibleNumbersAreNamed_data() { sourceRows(); }
    void impossibleNumbersAreNamed()
    {
        QFETCH(int, index);
        const Source source = sources()[static_cast<std::size_t>(index)];
        ImportOptions options;
        options.checkpoint = source.folder ? source.weights.parent_path() : source.weights;
        options.textModel = source.textModel;
        const fs::path folder = fs::path(m_folder.path().toStdString()) / ("model" + std::to_string(++m_count));
        QVERIFY(writeModelFolder(*importWeights(options), folder));
        const nlohmann::json whole = readJson(folder / "model.json");
        for (const auto& [field, values] :
             std::map<std::string, std::vector<double>>{{"norm_eps", {-1.0, 1e30}},
                                                        {"local_attention", {0, -3, 1e15}},
                                                        {"global_every", {0, -3}},
                                                        {"global_rope", {0, -1}},
                                                        {"local_rope", {0, -1}}})
            for (const double value : values) {
                if (!whole["text"].contains(field))
                    continue;
                nlohmann::json changed = whole;
                changed["text"][field] = field.starts_with("norm") || field.ends_with("rope")
                                             ? nlohmann::json(value)
                                             : nlohmann::json(static_cast<std::int64_t>(value));
                writeAtomically(folder / "model.json", changed.dump());
                ImportOptions again;
                again.checkpoint = folder;
                const std::string why = refusal(again);
                QVERIFY2(why.find("text." + field) != why.npos, why.c_str());
            }
    }

    void membersThatAreNotThereAreNamed()
    {
        const auto all = sources();
        MAMA_NEED(!all.empty(), "parity/mammoclip-ckpt");
        const auto add = [](const char* name) {
            return [name](auto& tensors, auto& owned) {
                owned.emplace_back(16);
                tensors.push_back({{name, TensorType::F32, {2, 2}}, owned.back(), false});
            };
        };
        int tried = 0;
        for (const Source& source : all) {
            if (source.name.starts_with("cleft-ckpt")) {
                QVERIFY(refusal(changed(source, add("text_encoder_q.model.prompt_encoder.default.embedding.weight")))
                            .find("prompt-tuned CLEFT") != std::string::npos);
                QVERIFY(refusal(changed(source, add("merge_patch1.weight"))).find("GLAM") != std::string::npos);
                ++tried;
            }
            if (source.name.starts_with("mammoclip-ckpt") && source.name.ends_with(".tar")) {
                const std::string reason = refusal(changed(source, [](auto& tensors, auto&) {
                    for (NamedTensor& one : tensors)
                        if (const std::size_t at = one.info.name.find("_projection.projection");
                            at != std::string::npos)
                            one.info.name.replace(at, 22, "_projection.fc");
                }));
                QVERIFY2(reason.find("projection") != reason.npos, reason.c_str());
                ++tried;
            }
        }
        QVERIFY(tried > 0);
    }
};

QTEST_GUILESS_MAIN(TestPublicFiles)
#include "test_public_files.moc"
