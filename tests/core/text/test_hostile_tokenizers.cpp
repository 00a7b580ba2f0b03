// Tokenizer files made to crash, hang or fill the memory: each is refused with an Error, or works.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/text/captions/caption_tokens.h"
#include "tests/support/test_data.h"

#include <QElapsedTimer>
#include <cstring>
#include <fstream>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

namespace {

namespace fs = std::filesystem;

std::string repeated(const std::string& text, int times, const std::string& between = ",")
{
    std::string all;
    for (int i = 0; i < times; ++i)
        all += (i > 0 ? between : "") + text;
    return all;
}

class TestHostileTokenizers : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    std::shared_ptr<const mama::Tokenizer> load(const char* name, const std::string& content)
    {
        const fs::path folder =
            m_folder.filePath(QTest::currentDataTag() ? QTest::currentDataTag() : QTest::currentTestFunction())
                .toStdString();
        fs::create_directories(folder);
        std::ofstream(folder / name, std::ios::binary) << content;
        return mama::Tokenizer::load(folder);
    }
    static std::string document(const std::string& members,
                                const std::string& model = R"("type": "WordPiece", "vocab": {"[UNK]": 0, "a": 1})")
    {
        return "{" + members + (members.empty() ? "" : ", ") + "\"model\": {" + model + "}}";
    }

private Q_SLOTS:
    void growingTexts_data()
    {
        QTest::addColumn<QString>("members");
        const std::string twice = R"({"type": "Replace", "pattern": {"String": "a"}, "content": "aa"})",
                          bytes = R"({"type": "ByteLevel", "use_regex": false})",
                          marks = R"({"type": "Metaspace", "replacement": "  ", "split": false})";
        const auto row = [](const char* name, const std::string& members) {
            QTest::newRow(name) << QString::fromStdString(members);
        };
        row("replace", R"("normalizer": {"type": "Sequence", "normalizers": [)" + repeated(twice, 60) + "]}");
        row("bytes", R"("normalizer": {"type": "Sequence", "normalizers": [)" + repeated(bytes, 60) + "]}");
        row("pre-tokenizer",
            R"("pre_tokenizer": {"type": "Sequence", "pretokenizers": [)" + repeated(bytes, 60) + "]}");
        row("metaspace", R"("pre_tokenizer": {"type": "Sequence", "pretokenizers": [)" + repeated(marks, 60) + "]}");
        row("decoder", R"("decoder": {"type": "Sequence", "decoders": [)" + repeated(twice, 60) + "]}");
    }
    void growingTexts()
    {
        QFETCH(QString, members);
        const auto tokenizer = load("tokenizer.json", document(members.toStdString()));
        QVERIFY_THROWS_EXCEPTION(mama::Error, static_cast<void>(tokenizer->decode(tokenizer->encodePlain("a")));
                                 static_cast<void>(tokenizer->encodePlain("a \xC3\xA9")));
    }

    void wrongKindsAreRefused()
    {
        const std::string entry = R"("post_processor": {"type": "TemplateProcessing", "pair": [], "single": [)";
        for (const std::string& content : {document(entry + R"({"Sequence": 1}]})"),
                                           document(entry + repeated(R"({"Sequence": {"id": "A"}})", 1000) + "]}")})
            QVERIFY_THROWS_EXCEPTION(mama::Error, load("tokenizer.json", content));
        const fs::path folder = m_folder.filePath("config").toStdString();
        fs::create_directories(folder);
        std::ofstream(folder / "tokenizer.json") << document("");
        std::ofstream(folder / "tokenizer_config.json")
            << R"({"eos_token": {"content": 7}, "pad_token": {"content": "P"}})";
        QCOMPARE(mama::loadCaptionTokenizer(folder).rules.end, std::string("<|endoftext|>"));
        QCOMPARE(mama::loadCaptionTokenizer(folder).rules.pad, std::string("P"));
    }

    void byteTokens()
    {
        const std::string model =
            R"("type": "BPE", "byte_fallback": true, "merges": [], "vocab": {"<0x41>": 0, "<0xZ1>": 1, "<0x-1>": 2, "<0xC3>": 3, "<0xA9>": 4})";
        const auto tokenizer = load(
            "tokenizer.json",
            document(R"("decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]})",
                     model));
        QCOMPARE(tokenizer->decode({0, 1, 2, 3, 4}), std::string("A<0xZ1><0x-1>\xC3\xA9"));
        QCOMPARE(tokenizer->decode({3, 1}), std::string("\xEF\xBF\xBD<0xZ1>"));
    }

    void expressionsThatRunAwayStop()
    {
        QElapsedTimer clock;
        clock.start();
        const auto tokenizer = load(
            "tokenizer.json",
            document(
                R"("pre_tokenizer": {"type": "Split", "behavior": "Isolated", "pattern": {"Regex": "(a*)*(a|b)*c"}})"));
        QVERIFY_THROWS_EXCEPTION(mama::Error, static_cast<void>(tokenizer->encodePlain(std::string(2000, 'a'))));
        QVERIFY(clock.elapsed() < 20000);
    }

    void oneLongTokenKeepsTheSpeed_data()
    {
        QTest::addColumn<QString>("model");
        const QString name = QString::fromStdString('"' + std::string(40000, 'b') + '"');
        QTest::newRow("unigram")
            << QString(R"("type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1], [%1, -1]])").arg(name);
        QTest::newRow("wordpiece")
            << QString(
                   R"("type": "WordPiece", "max_input_chars_per_word": 10000, "vocab": {"[UNK]": 0, "a": 1, "##a": 1, %1: 2})")
                   .arg(name);
    }
    void oneLongTokenKeepsTheSpeed()
    {
        QFETCH(QString, model);
        const auto tokenizer = load("tokenizer.json", document("", model.toStdString()));
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(tokenizer->encodePlain(std::string(9000, 'a')), std::vector<std::int32_t>(9000, 1));
        QVERIFY(clock.elapsed() < 5000);
    }

    void sentencePieceModels()
    {
        const std::string text = m_folder.filePath("text.txt").toStdString(),
                          prefix = m_folder.filePath("trained").toStdString();
        std::ofstream(text) << repeated("The mammogram shows a mass of 12 mm in the left breast.", 40, "\n");
        QVERIFY(sentencepiece::SentencePieceTrainer::Train("--input=" + text + " --model_prefix=" + prefix +
                                                           " --vocab_size=60 --hard_vocab_limit=false --minloglevel=2")
                    .ok());
        const std::string model = mama::readText(prefix + ".model"), sentence = "The \xEF\xBC\xAD"
                                                                                "ass\xC2\xA0of 12";
        sentencepiece::SentencePieceProcessor library;
        QVERIFY(library.Load(prefix + ".model").ok());
        QCOMPARE(load("tokenizer.model", model)->encodePlain(sentence), library.EncodeAsIds(sentence));

        // The character map's array lies behind its size; any unit that points far away is refused.
        const std::size_t at = model.find(std::string("nmt_nfkc"));
        QVERIFY(at != std::string::npos);
        for (std::size_t unit = at + 16; unit < at + 16 + 40 * 4; unit += 4) {
            std::string broken = model;
            const std::uint32_t wild = 0x7FFFFE00U;
            std::memcpy(broken.data() + unit, &wild, 4);
            QVERIFY_THROWS_EXCEPTION(mama::Error, load("tokenizer.model", broken));
        }
        for (std::size_t size : {std::size_t{1}, std::size_t{7}, at + 20, model.size() / 2})
            QVERIFY_THROWS_EXCEPTION(mama::Error, load("tokenizer.model", model.substr(0, size)));
    }
};

} // namespace

QTEST_GUILESS_MAIN(TestHostileTokenizers)
#include "test_hostile_tokenizers.moc"
