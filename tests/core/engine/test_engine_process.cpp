// The engine as its clients meet it: a process, pipes, lines. The model is the parity folder's, imported by the command
// line; the images are the shared four-view study.
#include "core/base/npy.h"
#include "tests/core/engine/engine_client.h"
#include "tests/support/test_data.h"

#include <QRandomGenerator>
#include <cmath>
#include <cstring>

using namespace mama;
using nlohmann::json;
using test::EngineClient;

namespace {

int errorCode(const json& reply) { return reply.contains("error") ? reply.at("error").at("code").get<int>() : 0; }
std::string errorWhere(const json& reply)
{
    return reply.contains("error") ? reply.at("error").at("data").at("where").get<std::string>() : "";
}

} // namespace

class TestEngineProcess : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QString m_model;
    json m_images = json::array();

    QStringList cacheAt(const char* name) const
    {
        return {QStringLiteral("--cache"), m_folder.filePath(QString::fromLatin1(name)), QStringLiteral("--precision"),
                QStringLiteral("fp32")};
    }
    bool haveModel() const { return !m_model.isEmpty() && !m_images.empty(); }
    bool load(EngineClient& engine) const
    {
        return engine.hello() && engine.call("load", {{"model", m_model.toStdString()}}).contains("result");
    }
    std::string encode(EngineClient& engine) const
    {
        const json reply = engine.call("encode", {{"images", m_images}});
        return reply.contains("result") ? reply.at("result").at("study").get<std::string>() : "";
    }
    // What must be the same whoever asks: scores and maps.
    static json essence(const json& reply)
    {
        json out = json::array();
        for (const json& image : reply.at("result").at("images"))
            out.push_back({image.at("path"), image.at("scores"), image.at("maps")});
        return out;
    }

private Q_SLOTS:
    void initTestCase()
    {
        const test::ParityCase reference("mama-ckpt");
        for (const char* name : {"R-CC", "L-CC", "R-MLO", "L-MLO"}) {
            const auto path = test::dataFolder() / "four-view" / (std::string(name) + ".png");
            std::string slot = name;
            slot.erase(1, 1);
            if (std::filesystem::exists(path))
                m_images.push_back({{"path", path.string()}, {"slot", slot}});
        }
        if (!reference.present())
            return;
        QProcess import;
        import.start(QString::fromStdString(test::program("mama").string()),
                     {"checkpoint", "import", QString::fromStdString(reference.path("mama_fp32.ckpt").string()),
                      "--text-model", QString::fromStdString(reference.path("text-model").string()), "--config",
                      QString::fromStdString(reference.path("config.json").string()), "--compat", "reference", "--out",
                      m_folder.filePath("model")});
        QVERIFY(import.waitForFinished(120000));
        QVERIFY2(import.exitCode() == 0, import.readAllStandardError().constData());
        m_model = m_folder.filePath("model");
    }

    void greetsFirst()
    {
        EngineClient engine(cacheAt("a"));
        QCOMPARE(errorCode(engine.call("models")), -32600);
        for (const json& wrong : {json{{"protocol", 99}}, json{{"protocol", nullptr}}, json{{"client", "old"}}}) {
            QCOMPARE(errorWhere(engine.call("hello", wrong)), std::string("protocol"));
            QCOMPARE(errorCode(engine.call("models")), -32600); // still nobody has greeted
        }
        const json hello = engine.call("hello", {{"protocol", 1}, {"client", "test"}});
        QCOMPARE(hello.at("result").at("protocol").get<int>(), 1);
        QCOMPARE(hello.at("result").at("pid").get<qint64>(), engine.process.processId());
        QVERIFY(hello.at("result").at("processor").at("cores").get<int>() > 0);
        QVERIFY(engine.call("models").contains("result"));
        QVERIFY(engine.closeInput());
        QVERIFY(engine.stray.empty());
    }

    void livesOnAfterBrokenLines()
    {
        EngineClient engine(cacheAt("a"));
        QVERIFY(engine.hello());
        const std::vector<std::pair<std::string, int>> lines{{"", -32700},
                                                             {"{", -32700},
                                                             {"not json", -32700},
                                                             {std::string("\xff\xfe\x00", 3), -32700},
                                                             {std::string(100000, '['), -32700},
                                                             {"[]", -32600},
                                                             {"42", -32600},
                                                             {"{\"jsonrpc\":\"1.0\"}", -32600},
                                                             {"{\"jsonrpc\":\"2.0\",\"method\":7}", -32600},
                                                             {std::string(9 << 20, 'x'), -32600}};
        for (const auto& [line, code] : lines) {
            engine.send(line);
            const json reply = engine.anonymous();
            QVERIFY2(errorCode(reply) == code, (line.substr(0, 40) + ": " + reply.dump()).c_str());
        }
        QVERIFY(engine.call("cache.statistics").contains("result"));
        QVERIFY(engine.closeInput());
        QVERIFY(engine.stray.empty());
    }

    void refusesWrongRequests()
    {
        EngineClient engine(cacheAt("a"));
        QVERIFY(engine.hello());
        QCOMPARE(errorCode(engine.call("no such method")), -32601);
        QCOMPARE(errorWhere(engine.call("load")), std::string("model"));
        QCOMPARE(errorWhere(engine.call("load", {{"model", 7}})), std::string("model"));
        QCOMPARE(errorWhere(engine.call("load", {{"model", "x"}, {"presicion", "fp32"}})), std::string("presicion"));
        QCOMPARE(errorWhere(engine.call("load", {{"model", "x"}, {"threads", -1}})), std::string("threads"));
        QCOMPARE(errorCode(engine.call("load", {{"model", "/nowhere/at/all"}})), -32014);
        QCOMPARE(errorCode(engine.call("load", {{"model", "no-such-model"}})), -32014);
        QCOMPARE(errorWhere(engine.call("encode", {{"paths", {"/x.png"}}})), std::string("model"));
        for (const json& wrong : {json::object(), json{{"images", json::array()}, {"paths", {"/x.png"}}},
                                  json{{"images", {{{"path", "/x.png"}}}}, {"paths", json::array()}}}) {
            const json refused = engine.call("encode", wrong);
            QCOMPARE(errorWhere(refused), std::string("paths"));
            QVERIFY(refused.dump().find("give either paths or images") != std::string::npos);
        }
        QCOMPARE(errorWhere(engine.call("models", {{"folders", nullptr}})), std::string("folders"));
        QCOMPARE(errorWhere(engine.call("encode", {{"paths", {"/x.png"}}, {"frame", nullptr}})), std::string("frame"));
        QCOMPARE(errorWhere(engine.call("encode", {{"images", {{{"path", "/x.png"}, {"slot", "north"}}}}})),
                 std::string("images[0].slot"));
        QCOMPARE(errorWhere(engine.call("query", {{"study", "1"}, {"texts", json::array()}})), std::string("texts"));
        QCOMPARE(errorWhere(engine.call("query", {{"study", "1"}, {"texts", {"a"}}})), std::string("study"));
        QCOMPARE(errorWhere(engine.call("query", {{"study", "1"}, {"texts", {"a"}}, {"fusion", "median"}})),
                 std::string("median"));
        QCOMPARE(errorWhere(engine.call("classify", {{"study", "1"}, {"task", "birads"}, {"prompts", json::object()}})),
                 std::string("task"));
        QCOMPARE(errorCode(engine.call("prepare", {{"path", "/nowhere.png"}})), -32010);
        QCOMPARE(errorCode(engine.call("release", {{"study", "9"}})), -32602);
        QCOMPARE(engine.call("cancel", {{"id", 12345}}).at("result").at("cancelled").get<bool>(), false);
        QVERIFY(engine.call("shutdown").contains("result"));
        QVERIFY(engine.process.waitForFinished(20000));
        QCOMPARE(engine.process.exitCode(), 0);
    }

    void answersAQuery()
    {
        MAMA_NEED(haveModel(), test::parityFolder().string() + " or " + test::dataFolder().string());
        EngineClient engine(cacheAt("b"));
        QVERIFY(load(engine));
        const int id = engine.request("encode", {{"images", m_images}});
        QVERIFY(engine.progressOf(id));
        const json encoded = engine.reply(id);
        QVERIFY2(encoded.contains("result"), encoded.dump().c_str());
        QCOMPARE(encoded.at("result").at("images").size(), m_images.size());
        for (const json& image : encoded.at("result").at("images"))
            QVERIFY(!image.at("cached").get<bool>());
        const json again = engine.call("encode", {{"images", m_images}});
        for (const json& image : again.at("result").at("images"))
            QVERIFY(image.at("cached").get<bool>());
        // Several in flight: each is answered under its own id.
        std::vector<int> ids;
        for (int i = 0; i < 20; ++i)
            ids.push_back(engine.request(
                "query", {{"study", "1"}, {"texts", {"finding " + std::to_string(i)}}, {"maps", "none"}}));
        for (int i = 19; i >= 0; --i)
            QCOMPARE(engine.reply(ids[static_cast<std::size_t>(i)])
                         .at("result")
                         .at("texts")
                         .at(0)
                         .at("text")
                         .get<std::string>(),
                     "finding " + std::to_string(i));
        const json reply = engine.call("query", {{"study", "2"}, {"texts", {"a mass", "no calcification"}}});
        QCOMPARE(reply.at("result").at("images").size(), m_images.size());
        QCOMPARE(reply.at("result").at("breasts").size(), std::size_t{2});
        QVERIFY(!reply.at("result").at("texts").at(1).at("warnings").empty());
        QCOMPARE(reply.at("result").at("fusion").at("rule").get<std::string>(), std::string("maximum"));
        QVERIFY(reply.at("result").at("provenance").at("notice").get<std::string>().find("Not for clinical use") !=
                std::string::npos);
        QVERIFY(engine.call("classify", {{"study", "2"}, {"task", "cancer"}})
                    .at("result")
                    .at("study")
                    .at("softmax")
                    .contains("positive"));
        QVERIFY(engine.call("prepare", {{"path", m_images[0].at("path")}}).at("result").at("geometry").is_object());
        const json statistics = engine.call("cache.statistics").at("result");
        QCOMPARE(statistics.at("hits").get<std::size_t>(), m_images.size());
        QCOMPARE(statistics.at("entries").get<std::size_t>(), m_images.size());
        QVERIFY(engine.call("release", {{"study", "1"}}).contains("result"));
        QCOMPARE(errorWhere(engine.call("query", {{"study", "1"}, {"texts", {"a"}}})), std::string("study"));
        QVERIFY(engine.closeInput());
        QVERIFY(engine.stray.empty());
    }

    // Another way of maps is read out of what was kept of the study: the maps are those of an engine that encodes it in
    // that way, and so are the differences; what is kept counts in the memory, and goes with the study.
    void anotherWayIsReadOut()
    {
        MAMA_NEED(haveModel(), "parity/mama-ckpt, data/four-view");
        EngineClient first(cacheAt("kept")), other(cacheAt("anew"));
        QVERIFY(load(first) && load(other));
        const auto encoded = [&](EngineClient& engine, const char* way) {
            return engine.call("encode", {{"images", m_images}, {"map_way", way}}).at("result");
        };
        const auto memory = [&](EngineClient& engine) {
            return engine.call("cache.statistics", json::object()).at("result");
        };
        const auto asked = [&](EngineClient& engine, const json& study, const json& more) {
            json params{{"study", study.at("study")}, {"texts", {"There is a mass."}}};
            if (more.is_object())
                params.update(more);
            return engine.call("query", params);
        };
        const json standard = encoded(first, "");
        for (const json& image : standard.at("images"))
            QVERIFY(image.at("kept").get<bool>() && !image.at("cached").get<bool>() &&
                    image.at("anew_milliseconds").get<double>() > 0);
        const json kept = memory(first);
        QCOMPARE(kept.at("kept_images").get<std::size_t>(), m_images.size());
        QVERIFY(kept.at("memory").get<double>() > kept.at("kept_bytes").get<double>());
        const json self = encoded(first, "self-2"), anew = encoded(other, "self-2");
        for (const json& image : self.at("images"))
            QVERIFY(image.at("kept").get<bool>() && !image.at("cached").get<bool>());
        QVERIFY(essence(asked(first, self, {})) == essence(asked(other, anew, {})));
        QVERIFY(essence(asked(first, self, {})) != essence(asked(first, standard, {})));
        const auto way = [&](const json& study) {
            return asked(first, study, {}).at("result").at("provenance").at("map_way").get<std::string>();
        };
        QCOMPARE(way(standard), std::string("standard")); // where there is a choice, the usual one has its name too
        QCOMPARE(way(self), std::string("self-2"));
        const json less = asked(first, standard, {{"map_minus", "way"}, {"map_minus_study", self.at("study")}});
        QCOMPARE(less.at("result").at("provenance").at("map_minus_text").get<std::string>(), std::string("self-2"));
        const auto values = [](const json& reply) {
            const QByteArray data = QByteArray::fromBase64(QByteArray::fromStdString(
                reply.at("result").at("images").at(0).at("maps").at(0).at("data").get<std::string>()));
            std::vector<float> out(static_cast<std::size_t>(data.size()) / sizeof(float));
            std::memcpy(out.data(), data.constData(), out.size() * sizeof(float));
            return out;
        };
        const auto a = values(asked(first, standard, {})), b = values(asked(first, self, {})), c = values(less);
        for (std::size_t i = 0; i < a.size(); ++i)
            QVERIFY(std::isnan(a[i]) ? std::isnan(c[i]) : std::abs(c[i] - (a[i] - b[i])) < 1e-6F);
        QCOMPARE(errorWhere(asked(first, standard, {{"map_minus", "way"}, {"map_minus_study", "77"}})),
                 std::string("map_minus_study"));
        first.call("release", {{"study", standard.at("study")}});
        QCOMPARE(memory(first).at("kept_images").get<std::size_t>(), m_images.size()); // the other way's study is there
        first.call("release", {{"study", self.at("study")}});
        QCOMPARE(memory(first).at("kept_images").get<int>(), 0);
        QCOMPARE(memory(first).at("memory").get<int>(), 0);
        const json again = encoded(first, "");
        for (const json& image : again.at("images")) // from the disk: nothing is kept, how long it takes is known
            QVERIFY(image.at("cached").get<bool>() && !image.at("kept").get<bool>() &&
                    image.at("anew_milliseconds").get<double>() > 0);
        EngineClient small(cacheAt("small") + QStringList{QStringLiteral("--memory-limit-mb"), QStringLiteral("0")});
        QVERIFY(load(small));
        for (const json& image : encoded(small, "").at("images"))
            QVERIFY(!image.at("kept").get<bool>());
    }

    // A report, sentence by sentence, from the window and from the command line: the same rows, the same marks and
    // ranks.
    void readsAReportAsTheCommandDoes()
    {
        MAMA_NEED(haveModel(), test::parityFolder().string() + " or " + test::dataFolder().string());
        EngineClient engine(cacheAt("b"));
        QVERIFY(load(engine));
        const json texts{"There is a 1.2 cm mass in the left breast.", "No calcifications.", "Biopsy is recommended.",
                         "banana"};
        const json headings{"FINDINGS", "FINDINGS", "PLAN", "PLAN"};
        const json reply =
            engine
                .call("query", {{"study", encode(engine)}, {"texts", texts}, {"headings", headings}, {"maps", "none"}})
                .at("result");
        QProcess command;
        command.start(QString::fromStdString(test::program("mama").string()),
                      {"query", "--quiet", "--model", m_model, "--study",
                       QString::fromStdString((test::dataFolder() / "four-view").string()), "--report", "-",
                       "--no-cache", "--precision", "fp32", "--json"});
        command.write("FINDINGS: There is a 1.2 cm mass in the left breast. No calcifications.\n"
                      "PLAN: Biopsy is recommended. banana");
        command.closeWriteChannel();
        QVERIFY(command.waitForFinished(120000));
        QVERIFY2(command.exitCode() == 0, command.readAllStandardError().constData());
        const json document = json::parse(command.readAllStandardOutput().toStdString());
        QCOMPARE(document.at("texts").size(), texts.size());
        for (std::size_t t = 0; t < texts.size(); ++t) {
            json row = reply.at("texts").at(t);
            row.erase("warning_texts");
            QCOMPARE(row.dump(), document.at("texts").at(t).dump());
            QCOMPARE(row.at("text").dump(), texts.at(t).dump());
            QCOMPARE(row.at("heading").dump(), headings.at(t).dump());
            QVERIFY(row.at("unlike").is_boolean() && row.at("nearest").at("text").is_string());
        }
        QCOMPARE(reply.at("texts").at(0).at("map_sentence").get<std::string>(),
                 std::string("There is a 1,2 cm mass in the left breast"));
        QCOMPARE(reply.at("texts").at(1).at("negated").get<std::string>(), std::string("no"));
        QVERIFY(reply.at("texts").at(1).at("unnegated").at("study").is_number());
        QVERIFY(reply.at("texts").at(0).at("not_visual").is_null());
        QCOMPARE(reply.at("texts").at(2).at("not_visual").get<std::string>(), std::string("recommendation"));
        QCOMPARE(reply.at("known").dump(), document.at("known").dump());
        QCOMPARE(reply.at("study").at("neutral_ranks").dump(), document.at("study").at("neutral_ranks").dump());
        for (const json& rank : reply.at("study").at("neutral_ranks"))
            QVERIFY(rank.get<double>() >= 0 && rank.get<double>() <= 1);
        for (const json& rank : reply.at("study").at("ranks")) // this model has no reference studies
            QVERIFY(rank.is_null());
        QVERIFY(reply.at("reference").is_null());
        QVERIFY(reply.at("reference_problem").get<std::string>().find("no reference studies") != std::string::npos);
    }

    // The map in the window is the map of `mama query --maps`, bit for bit.
    void saysWhatTheCommandSays()
    {
        MAMA_NEED(haveModel(), test::parityFolder().string() + " or " + test::dataFolder().string());
        EngineClient engine(cacheAt("b"));
        QVERIFY(load(engine));
        const json reply = engine.call("query", {{"study", encode(engine)}, {"texts", {"a spiculated mass"}}});
        QProcess command;
        command.start(QString::fromStdString(test::program("mama").string()),
                      {"query", "--quiet", "--model", m_model, "--study",
                       QString::fromStdString((test::dataFolder() / "four-view").string()), "--text",
                       "a spiculated mass", "--no-cache", "--precision", "fp32", "--json", "--maps",
                       m_folder.filePath("maps")});
        QVERIFY(command.waitForFinished(120000));
        QVERIFY2(command.exitCode() == 0, command.readAllStandardError().constData());
        const json document = json::parse(command.readAllStandardOutput().toStdString());
        for (const json& image : document.at("images"))
            for (const json& other : reply.at("result").at("images")) {
                if (image.at("path") != other.at("path"))
                    continue;
                QCOMPARE(image.at("scores").dump(), other.at("scores").dump());
                const json& map = other.at("maps").at(0);
                const QByteArray bytes =
                    QByteArray::fromBase64(QByteArray::fromStdString(map.at("data").get<std::string>()));
                const NpyArray file = readNpy(
                    m_folder
                        .filePath(QString::fromStdString("maps/" + image.at("slot").get<std::string>() + "_text0.npy"))
                        .toStdString());
                QCOMPARE(bytes.size(), static_cast<qsizetype>(file.bytes.size()));
                QVERIFY(std::memcmp(bytes.constData(), file.bytes.data(), file.bytes.size()) == 0);
            }
    }

    void cancels()
    {
        MAMA_NEED(haveModel(), test::parityFolder().string() + " or " + test::dataFolder().string());
        EngineClient engine(cacheAt("c"));
        QVERIFY(load(engine));
        const int running = engine.request("encode", {{"images", m_images}});
        const int waiting = engine.request("encode", {{"images", m_images}});
        QVERIFY(engine.progressOf(running));
        engine.cancel(waiting);
        QCOMPARE(errorCode(engine.reply(waiting, 5000)), -32800);
        engine.cancel(running);
        QCOMPARE(errorCode(engine.reply(running)), -32800);
        QVERIFY(!encode(engine).empty());
    }

    // Killed at random moments, started again and asked again: never a wrong map, always the same answer.
    void isKilledAndAskedAgain()
    {
        MAMA_NEED(haveModel(), test::parityFolder().string() + " or " + test::dataFolder().string());
        json expected;
        {
            EngineClient engine(cacheAt("d0"));
            QVERIFY(load(engine));
            expected = essence(engine.call("query", {{"study", encode(engine)}, {"texts", {"a mass"}}}));
        }
        QRandomGenerator random(test::freshSeed());
        for (int round = 0; round < 10; ++round) {
            EngineClient victim(cacheAt("d"));
            QVERIFY(load(victim));
            victim.request("encode", {{"images", m_images}});
            QTest::qWait(random.bounded(1, 600)); // a random moment
            victim.kill();
            EngineClient engine(cacheAt("d"));
            QVERIFY(load(engine));
            QCOMPARE(essence(engine.call("query", {{"study", encode(engine)}, {"texts", {"a mass"}}})).dump(),
                     expected.dump());
            QCOMPARE(engine.call("cache.statistics").at("result").at("corrupt").get<int>(), 0);
            if (round % 3 == 0)
                engine.call("cache.clear");
        }
    }

    void endsWithItsInput()
    {
        MAMA_NEED(haveModel(), test::parityFolder().string() + " or " + test::dataFolder().string());
        EngineClient engine(cacheAt("e"));
        QVERIFY(load(engine));
        engine.request("encode", {{"images", m_images}}); // still at it
        QVERIFY(engine.closeInput(60000));
    }
};

QTEST_GUILESS_MAIN(TestEngineProcess)
#include "test_engine_process.moc"
