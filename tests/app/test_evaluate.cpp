// mama evaluate: its scores are the reference's, its figures those of mama metrics on its own predictions.
#include "core/base/files.h"
#include "core/metrics/predictions.h"
#include "tests/app/mama_command.h"

using namespace mama;
using mama::test::mamaCommand;
using mama::test::Outcome;
using mama::test::ParityCase;
using mama::test::text;
namespace fs = std::filesystem;

namespace {

std::string quoted(const std::string& cell)
{
    return "\"" + QString::fromStdString(cell).replace("\"", "\"\"").toStdString() + "\"";
}

// The metadata in front of an image's prompts, as plain text: what the reference put before `block`.
std::string prefixOf(const std::string& prompt, const char* block)
{
    QString plain = QString::fromStdString(prompt.substr(0, prompt.find(block)));
    return plain.replace("<|startoftext|>", "").replace("<|separatetext|>", ".").toStdString();
}

// Empty if every figure of `expected` stands in `report` with the same value.
std::string sameFigures(const nlohmann::json& report, const nlohmann::json& expected)
{
    for (const auto& [name, value] : expected.items())
        if (!report.contains(name) || report[name] != value)
            return name + ": " + report.value(name, nlohmann::json()).dump() + ", mama metrics says " + value.dump();
    return {};
}

} // namespace

class TestEvaluate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        const ParityCase parity("mama-ckpt");
        MAMA_NEED(parity.present(), "parity/mama-ckpt");
        const NpyArray grey = parity.array("inputs/images_normalised.npy"); // [N, 1, H, W]: one of three equal channels
        const std::vector<float> values = grey.asFloat();
        const auto area = static_cast<std::ptrdiff_t>(grey.shape[2] * grey.shape[3]);
        const std::vector<std::int64_t> shape{3, grey.shape[2], grey.shape[3]};
        m_images = static_cast<std::size_t>(grey.shape[0]);
        for (std::size_t i = 0; i < m_images; ++i) {
            std::vector<float> input;
            for (int channel = 0; channel < 3; ++channel)
                input.insert(input.end(), values.begin() + static_cast<std::ptrdiff_t>(i) * area,
                             values.begin() + static_cast<std::ptrdiff_t>(i + 1) * area);
            writeNpy(m_root / (std::to_string(i) + ".npy"), input, shape);
        }
        QCOMPARE(mamaCommand({"checkpoint", "import", text(parity.path("mama_fp32.ckpt")), "--text-model",
                              text(parity.path("text-model")), "--config", text(parity.path("model_config.json")),
                              "--compat", "reference", "--out", text(m_root / "model")})
                     .status,
                 0);
        QCOMPARE(mamaCommand({"checkpoint", "import", text(parity.path("linear_probe_birads.ckpt")), "--compat",
                              "reference", "--out", text(m_root / "probe")})
                     .status,
                 0);
    }

    void zeroShotScoresAreTheReferences_data()
    {
        QTest::addColumn<QString>("task");
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("block"); // first text after the image's metadata
        QTest::newRow("birads") << "birads"
                                << "birads"
                                << "Findings:";
        QTest::newRow("density") << "density"
                                 << "density"
                                 << "Breast composition:";
        QTest::newRow("cancer") << "cancer"
                                << "rsna"
                                << "";
    }

    void zeroShotScoresAreTheReferences()
    {
        QFETCH(QString, task);
        QFETCH(QString, family);
        QFETCH(QString, block);
        const ParityCase parity("mama-ckpt");
        const nlohmann::json prompts = parity.json("inputs/zeroshot_prompts.json").at(family.toStdString());
        std::string csv = "path,label,patient,prefix\n";
        for (std::size_t i = 0; i < m_images; ++i)
            csv += std::to_string(i) + ".npy," + std::to_string(i % 2) + ",p" + std::to_string(i / 2) + "," +
                   (block.isEmpty()
                        ? ""
                        : quoted(prefixOf(prompts.at(i).at("class_prompts").at(0), block.toUtf8().constData()))) +
                   "\n";
        writeAtomically(m_root / "table.csv", std::string_view(csv));
        const fs::path out = m_root / ("out-" + task.toStdString());
        const Outcome outcome =
            mamaCommand({"evaluate", "--model", text(m_root / "model"), "--table", text(m_root / "table.csv"), "--task",
                         task, "--pooling", "zero-shot", "--softmax", "both", "--precision", "fp32", "--out", text(out),
                         "--resamples", "200", "--json"});
        QCOMPARE(outcome.status, 0);
        compareFiles(outcome.json(), out, "expected/zeroshot_" + family.toStdString());
        const nlohmann::json provenance = outcome.json().at("provenance");
        QCOMPARE(provenance.at("pooling").get<std::string>(), std::string("zero-shot"));
        QCOMPARE(provenance.at("precision").get<std::string>(), std::string("fp32"));
        QVERIFY(provenance.at("hash").get<std::string>().size() == 64 && provenance.contains("trained_on") &&
                !provenance.at("notice").get<std::string>().empty());
    }

    void probeScoresAreTheReferences()
    {
        const ParityCase parity("mama-ckpt");
        std::string csv = "label,path\n"; // no patients: intervals by image
        for (std::size_t i = 0; i < m_images; ++i)
            csv += std::to_string(i) + "," + (m_root / (std::to_string(i) + ".npy")).string() + "\n";
        writeAtomically(m_root / "probe.csv", std::string_view(csv));
        const fs::path out = m_root / "out-probe";
        const Outcome outcome =
            mamaCommand({"evaluate", "--model", text(m_root / "probe"), "--table", text(m_root / "probe.csv"),
                         "--precision", "fp32", "--out", text(out), "--json"});
        QCOMPARE(outcome.status, 0);
        const NpyArray logits = parity.array("expected/linear_probe_logits.npy");
        const std::vector<double> values = logits.asDouble();
        metrics::Predictions expected{
            static_cast<std::size_t>(logits.shape[1]), values, std::vector<int>(m_images), {}};
        metrics::softmax(expected, 1);
        // the derivative of a softmax by its logits is at most 1/2 in sum: the logits' own tolerances hold
        const double atol = parity.description().at("files").at("expected/linear_probe_logits.npy").value("atol", 5e-5);
        MAMA_SAME(test::difference(metrics::readPredictions(out / "predictions.csv").scores, expected.scores, atol,
                                   1e-4, "probe"));
        const nlohmann::json report = outcome.json();
        QCOMPARE(report.at("bootstrap").at("unit").get<std::string>(), std::string("sample"));
        QCOMPARE(report.at("warnings").size(), std::size_t{1});
        QVERIFY(report.at("prompts").is_null());
    }

    // Row numbers, reasons and the exit status of what cannot be used; the figures are of the rest.
    void badRowsAreListed()
    {
        writeAtomically(m_root / "broken.png", std::string_view("no picture"));
        const std::string csv =
            "path,label,patient\n0.npy,negative,a\n1.npy,POSITIVE,b\n2.npy,2,c\nmissing.png,1,d\nbroken.png,0,e\n3.npy,,f\n4.npy,1,\n./0.npy,0,g\n5.npy,1\n3.npy,1.0,h\n";
        writeAtomically(m_root / "bad.csv", std::string_view(csv));
        const QStringList command{"evaluate", "--model", text(m_root / "model"), "--task", "cancer",
                                  "--json",   "--table"};
        const Outcome outcome = mamaCommand(command + QStringList{text(m_root / "bad.csv"), "--no-cache"});
        QCOMPARE(outcome.status, 3);
        const nlohmann::json report = outcome.json();
        QCOMPARE(report.at("n").get<int>(), 3);
        QVERIFY(report.at("class_counts") == nlohmann::json({1, 2}));
        std::vector<int> rows;
        for (const nlohmann::json& row : report.at("refused")) {
            rows.push_back(row.at("row").get<int>());
            QVERIFY(!row.at("reason").get<std::string>().empty());
        }
        std::sort(rows.begin(), rows.end());
        QCOMPARE(rows, (std::vector<int>{3, 4, 5, 6, 7, 8, 9}));

        writeAtomically(m_root / "columns.csv", std::string_view("file,label\nx,0\n"));
        const Outcome wrong = mamaCommand(command + QStringList{text(m_root / "columns.csv")});
        QCOMPARE(wrong.status, 1);
        QVERIFY(wrong.err.startsWith("error: ") && wrong.err.contains("column path") && wrong.err.count('\n') == 1);
        QCOMPARE(mamaCommand({"evaluate", "--model", text(m_root / "model"), "--table", text(m_root / "bad.csv"),
                              "--task", "colour"})
                     .status,
                 2);
    }

private:
    // Predictions against the reference's softmax, and each report against mama metrics on its predictions.
    void compareFiles(const nlohmann::json& report, const fs::path& out, const std::string& stem)
    {
        const ParityCase parity("mama-ckpt");
        for (const std::string suffix : {"", "_twice"}) {
            const fs::path predictions = out / ("predictions" + suffix + ".csv");
            const std::vector<double> scores = metrics::readPredictions(predictions).scores;
            if (const std::string file = stem + "_softmax" + suffix + ".npy";
                parity.description().at("files").contains(file))
                MAMA_SAME(parity.difference(file, std::span<const double>(scores)));
            const Outcome again =
                mamaCommand({"metrics", "--predictions", text(predictions), "--resamples", "200", "--json"});
            QCOMPARE(again.status, 0);
            MAMA_SAME(sameFigures(suffix.empty() ? report : report.at("softmax_twice"), again.json()));
            QVERIFY(readText(out / ("roc" + suffix + ".svg")).find("</svg>") != std::string::npos);
            QVERIFY(readText(out / ("reliability" + suffix + ".svg")).find("</svg>") != std::string::npos);
        }
        QVERIFY(readJson(out / "report.json").at("provenance") == report.at("provenance"));
    }

    QTemporaryDir m_folder;
    fs::path m_root = m_folder.path().toStdString();
    std::size_t m_images = 0;
};

QTEST_GUILESS_MAIN(TestEvaluate)
#include "test_evaluate.moc"
