#include "core/base/error.h"
#include "core/base/files.h"
#include "core/text/captions/caption_tokens.h"
#include "core/text/tokenizer/known_words.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <fstream>

namespace {

mama::CaptionRules bertRules(int length)
{
    mama::CaptionRules rules;
    rules.separator = "[SEP]";
    rules.start = rules.end = "";
    rules.pad = "[PAD]";
    rules.length = length;
    return rules;
}

using Ids = std::vector<std::int32_t>;
namespace fs = std::filesystem;

// Equality of ids is exact; the first difference is named.
std::string sameIds(const Ids& actual, const nlohmann::json& expected, const std::string& text)
{
    if (actual == expected.get<Ids>())
        return {};
    return "ids differ for " + nlohmann::json(text).dump() + ": " + nlohmann::json(actual).dump() + " instead of " +
           expected.dump();
}

class TestTokenizer : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    int m_count = 0;

    // A folder with these files of the case under their usual names.
    std::shared_ptr<const mama::Tokenizer> load(const fs::path& from,
                                                const std::vector<std::pair<std::string, std::string>>& files)
    {
        const fs::path folder = fs::path(m_folder.path().toStdString()) / std::to_string(m_count++);
        fs::create_directories(folder);
        for (const auto& [name, as] : files)
            if (fs::exists(from / name))
                fs::copy_file(from / name, folder / as);
        return mama::Tokenizer::load(folder);
    }

    // The sets of the case that hold such a file.
    static std::vector<fs::path> setsWith(const char* file)
    {
        std::vector<fs::path> found;
        const fs::path root = mama::test::parityFolder() / "tokenizers";
        if (fs::exists(root))
            for (const auto& entry : fs::directory_iterator(root))
                if (fs::exists(entry.path() / file))
                    found.push_back(entry.path());
        return found;
    }

    static void check(const mama::Tokenizer& tokenizer, const fs::path& file)
    {
        for (const auto& entry : mama::readJson(file)) {
            const auto text = entry["text"].get<std::string>();
            const Ids ids = tokenizer.encode(text).ids;
            MAMA_SAME(sameIds(ids, entry["ids"], text));
            if (entry.contains("decoded"))
                QCOMPARE(tokenizer.decode(ids), entry["decoded"].get<std::string>());
        }
    }

private Q_SLOTS:
    // Words of the vocabulary, none of them, some; and texts without a word at all.
    void unknownWordsAreTold()
    {
        const auto folders = setsWith("expected.json");
        MAMA_NEED(!folders.empty(), "parity/tokenizers");
        const auto lowers = [](const fs::path& set) {
            return mama::readJson(set / "tokenizer_config.json").value("do_lower_case", false);
        };
        const fs::path folder = *std::find_if(folders.begin(), folders.end(), lowers);
        const auto tokenizer = load(folder, {{"tokenizer.json", "tokenizer.json"}});
        const auto id = [&](const char* text) { return mama::unknownWords(*tokenizer, text).id(); };
        QCOMPARE(id("there is a mass in the breast"), std::string());
        QCOMPARE(id("\u6975\u5ea6\u7dfb\u5bc6"), std::string("tokenizer.nothing_known"));
        QCOMPARE(id("mass \u7dfb"), std::string("tokenizer.some_unknown"));
        for (const char* text : {"\u200b\u200b", "...!", " ", "\U0001F600"})
            QCOMPARE(id(text), std::string("tokenizer.no_word"));
    }

    void byteLevel()
    {
        const auto folders = setsWith("with_added_tokens.json");
        MAMA_NEED(!folders.empty(), "parity/tokenizers");
        const fs::path folder = folders.front();
        check(*load(folder, {{"tokenizer_with_added_tokens.json", "tokenizer.json"}}),
              folder / "with_added_tokens.json");
        const auto base = load(folder, {{"tokenizer.json", "tokenizer.json"}});
        check(*base, folder / "base_only.json");
        check(*load(folder, {{"vocab.json", "vocab.json"}, {"merges.txt", "merges.txt"}}), folder / "base_only.json");
        const auto added = mama::readJson(folder / "tokenizer_with_added_tokens.json")["added_tokens"];
        std::vector<std::string> names;
        for (const auto& token : added)
            names.push_back(token["content"]);
        check(*base->withAddedTokens(names), folder / "with_added_tokens.json");
    }

    void wordPiece_data()
    {
        MAMA_NEED(!setsWith("expected.json").empty(), "parity/tokenizers");
        QTest::addColumn<QString>("folder");
        for (const fs::path& set : setsWith("expected.json"))
            QTest::newRow(set.filename().c_str()) << QString::fromStdString(set.string());
    }
    void wordPiece()
    {
        QFETCH(QString, folder);
        const fs::path from = folder.toStdString();
        const std::pair<std::string, std::string> config{"tokenizer_config.json", "tokenizer_config.json"};
        for (const char* file : {"tokenizer.json", "vocab.txt"}) {
            const auto tokenizer = load(from, {{file, file}, config});
            check(*tokenizer, from / "expected.json");
            for (const auto& pair : mama::readJson(from / "pairs.json")) {
                const auto a = pair["a"].get<std::string>(), b = pair["b"].get<std::string>();
                const mama::Tokens tokens = tokenizer->encode(a, b);
                MAMA_SAME(sameIds(tokens.ids, pair["ids"], a + " | " + b));
                MAMA_SAME(sameIds(tokens.types, pair["type_ids"], a + " | " + b));
            }
            for (const auto& entry : mama::readJson(from / "truncated.json")) {
                const mama::CaptionRules rules = bertRules(16);
                mama::Tokens tokens = mama::encodeRaw(*tokenizer, rules, entry["text"].get<std::string>(), true);
                tokens.ids.resize(entry["ids"].size(), *tokenizer->id("[PAD]"));
                tokens.mask.resize(entry["mask"].size(), 0);
                MAMA_SAME(sameIds(tokens.ids, entry["ids"], entry["text"]));
                MAMA_SAME(sameIds(tokens.mask, entry["mask"], entry["text"]));
            }
        }
    }

    void captionsOfACheckpoint()
    {
        const mama::test::ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), "mama-ckpt");
        const auto model = mama::loadCaptionTokenizer(parity.path("text-model-with-added-tokens"));
        const auto captions = parity.json("inputs/captions.json");
        Ids ids, mask;
        mama::CaptionRules rules = model.rules;
        rules.length = static_cast<int>(parity.array("inputs/token_ids.npy").shape.at(1));
        for (const auto& caption : captions) {
            const mama::Tokens tokens = mama::encodeRaw(*model.tokenizer, rules, caption["text"].get<std::string>());
            ids.insert(ids.end(), tokens.ids.begin(), tokens.ids.end());
            mask.insert(mask.end(), tokens.mask.begin(), tokens.mask.end());
            QCOMPARE(tokens.separators, caption["separator_positions"].get<Ids>());
        }
        const auto same = [&](const Ids& actual, const char* file) {
            const auto expected = parity.array(file).asInt64();
            return std::equal(actual.begin(), actual.end(), expected.begin(), expected.end());
        };
        QVERIFY(same(ids, "inputs/token_ids.npy"));
        QVERIFY(same(mask, "inputs/attention_mask.npy"));
    }

    // BERT's own separator behind that of a full stop ends no sentence; without a full stop it does.
    void theLastSentenceEndsAtItsOwnSeparator()
    {
        const fs::path folder = mama::test::parityModel("text", "bert");
        MAMA_NEED(fs::exists(folder / "vocab.txt"), "parity/text/bert");
        const auto bert = mama::Tokenizer::load(folder);
        const mama::CaptionRules rules = bertRules(64);
        const auto places = [&](const char* text) {
            const mama::Tokens tokens = mama::encodeCaption(*bert, rules, text);
            return std::pair{tokens.separators.size(), tokens.lastSentence()};
        };
        QVERIFY(places("There is a mass.") == std::pair(std::size_t{2}, std::optional<std::size_t>(0)));
        QVERIFY(places("There is a mass. The breast is dense.") ==
                std::pair(std::size_t{3}, std::optional<std::size_t>(1)));
        QVERIFY(places("There is a mass") == std::pair(std::size_t{1}, std::optional<std::size_t>(0)));
        QVERIFY(!mama::Tokens().lastSentence());
    }

    void brokenFilesAreNamed()
    {
        const fs::path folder = fs::path(m_folder.path().toStdString()) / "broken";
        fs::create_directories(folder);
        for (const char* content : {"[]", "{}", "{\"model\": {\"type\": \"Neural\"}}",
                                    "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 4000000000}}}",
                                    "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}"}) {
            std::ofstream(folder / "tokenizer.json") << content;
            QVERIFY_THROWS_EXCEPTION(mama::Error, mama::Tokenizer::load(folder));
        }
    }
};

} // namespace

QTEST_GUILESS_MAIN(TestTokenizer)
#include "test_tokenizer.moc"
