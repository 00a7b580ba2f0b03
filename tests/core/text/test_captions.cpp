#include "core/tables/importers/embed_tables.h"
#include "core/text/captions/captions.h"
#include "core/text/captions/prompts.h"
#include "tests/support/test_data.h"

namespace {

using mama::Task;

class TestCaptions : public QObject
{
    Q_OBJECT
    const mama::test::ParityCase m_case{"captions"};

private Q_SLOTS:
    void everyRow()
    {
        MAMA_NEED(m_case.present(), "captions");
        const auto table = mama::readEmbedTables(m_case.path("tables"), true);
        const auto expected = m_case.json("expected_captions.json");
        QCOMPARE(table.records.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto& row = table.records[i];
            const auto& want = expected[i];
            const mama::Caption caption = mama::buildCaption(row.image, row.finding, table.codes, {true, 0, nullptr});
            QCOMPARE(caption.text, want["caption"].get<std::string>());
            QCOMPARE(caption.metadata, want["metadata_only"].get<std::string>());
            QCOMPARE(caption.labels, want["label_count"].get<int>());
            QCOMPARE(caption.missing, want["missing_info"].get<bool>());
            for (const auto name : {mama::biradsLabel, mama::densityLabel}) {
                const auto label = caption.missing ? std::nullopt : mama::classOf(row.labels, name);
                QVERIFY((label ? nlohmann::json(*label) : nlohmann::json()) == want[std::string(name) + "_label"]);
            }
            if (want.contains("with_special_tokens") && !want["with_special_tokens"].is_null())
                QCOMPARE(mama::withSpecialTokens(caption.text), want["with_special_tokens"].get<std::string>());
            if (want.contains("all_metadata_masked"))
                QCOMPARE(mama::buildCaption(row.image, row.finding, table.codes, {true, 1, nullptr}).text,
                         want["all_metadata_masked"].get<std::string>());
        }
    }

    void classPrompts()
    {
        MAMA_NEED(m_case.present(), "captions");
        const auto table = mama::readEmbedTables(m_case.path("tables"), true);
        const auto fixed = m_case.json("expected_fixed_prompts.json");
        const auto compare = [](const mama::PromptSet& set, const nlohmann::json& expected) {
            QCOMPARE(set.classes.size(), expected.size());
            for (std::size_t c = 0; c < expected.size(); ++c)
                QCOMPARE(mama::withSpecialTokens(set.classes[c].second.front()), expected[c].get<std::string>());
        };
        compare(mama::classPrompts(Task::Birads), fixed["birads_without_metadata"]);
        compare(mama::classPrompts(Task::Density), fixed["density_without_metadata"]);
        compare(mama::classPrompts(Task::Cancer), fixed["rsna"]);
        for (const Task task : {Task::Birads, Task::Density})
            for (const auto& entry : m_case.json(std::string("expected_") + mama::name(task) + "_prompts.json")) {
                const auto& row = table.records.at(entry["row"].get<std::size_t>());
                compare(mama::classPrompts(
                            task, mama::buildCaption(row.image, row.finding, table.codes, {true, 0, nullptr}).metadata),
                        entry["prompts"]);
            }
    }

    void queries()
    {
        QCOMPARE(mama::querySentence("  spiculated mass \n"), std::string("spiculated mass."));
        QCOMPARE(mama::querySentence("A mass. "), std::string("A mass."));
        QCOMPARE(mama::querySentence(" "), std::string());
        QCOMPARE(
            mama::querySentence("A 1.2 x 0.9 cm mass, approx. 6.5 cm. from the nipple. No 3 mm. clip; see Dr. J. Doe"),
            std::string("A 1,2 x 0,9 cm mass, approx 6,5 cm from the nipple. No 3 mm clip; see Dr J Doe."));
        QCOMPARE(mama::querySentence("1. Mass ..."), std::string("1 Mass ."));
    }
};

} // namespace

QTEST_GUILESS_MAIN(TestCaptions)
#include "test_captions.moc"
