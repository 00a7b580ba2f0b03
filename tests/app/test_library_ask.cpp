// The window's job that embeds a library, and its questions to it, against what the commands say.
#include "app/workstation/library/ask_session.h"
#include "app/workstation/library/jobs/embed_job.h"
#include "app/workstation/library/jobs/map_job.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/npy.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/library_images.h"
#include "tests/app/mama_command.h"

#include <QSignalSpy>
#include <csignal>

using namespace mama;
using namespace mama::test;
using State = EmbedJob::State;

namespace {

constexpr int patience = 120'000; // ms

QString demo() { return text(sourceFolder() / "resources/demo"); }
QString program() { return text(test::program("mama")); }

} // namespace

class TestLibraryAsk : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QString m_library = m_folder.filePath(QStringLiteral("library"));
    std::unique_ptr<EngineProcess> m_engine;

    EmbedRequest request() const { return {m_library, demo(), {}}; }
    // The engine, with a model in it.
    void load(const QString& model)
    {
        if (!m_engine) {
            m_engine = std::make_unique<EngineProcess>(program());
            m_engine->start();
            QTRY_VERIFY_WITH_TIMEOUT(m_engine->state() == EngineProcess::State::Ready, patience);
        }
        QSignalSpy replies(m_engine.get(), &EngineProcess::replied);
        const int id = m_engine->request(protocol::LoadRequest{model.toStdString(), "cpu", "fp32", 0});
        QTRY_VERIFY_WITH_TIMEOUT(!replies.isEmpty() && replies.last().at(0).toInt() == id, patience);
    }
    struct Asked
    {
        std::shared_ptr<Library> library;
        std::shared_ptr<const StudyColumns> columns;
    };
    Asked open() const
    {
        auto library = std::make_shared<Library>(m_library.toStdString(), Access::Read);
        auto columns = std::make_shared<const StudyColumns>(*library);
        return {library, columns};
    }
    nlohmann::json search(const QStringList& question) const
    {
        return mamaCommand(QStringList{"search", "--library", m_library, "--json", "--no-peaks", "--top", "100"} +
                           question)
            .json();
    }
    // The session's answer and the command's, study by study.
    static void same(const LibraryAnswer& answer, const StudyColumns& columns, const nlohmann::json& told)
    {
        const auto& studies = told.at("studies");
        QCOMPARE(answer.best.size(), studies.size());
        for (std::size_t i = 0; i < studies.size(); ++i) {
            QCOMPARE(columns.key(answer.best[i].study), studies[i].at("study").get<std::string>());
            QVERIFY(std::abs(answer.best[i].score - studies[i].at("score").get<double>()) < 1e-5);
            QCOMPARE(answer.best[i].best.image, studies[i].at("best").at("image").get<std::int64_t>());
        }
    }

    // The same directions, to what int8 leaves of them.
    void patchesAreThoseOfEncode(const std::filesystem::path& file, const std::string& set) const
    {
        const QString global = m_folder.filePath(QStringLiteral("global.npy")),
                      patches = m_folder.filePath(QStringLiteral("patches.npy"));
        QCOMPARE(mamaCommand({"encode", "image", "--model", demo(), text(file), "--out", global, "--patches", patches})
                     .status,
                 0);
        const NpyArray all = readNpy(patches.toStdString());
        const std::vector<float> values = all.asFloat();
        const PatchSet made(set);
        const auto image = *made.find(sha256OfFile(file), 0);
        const auto dim = static_cast<std::size_t>(made.info().dim);
        const auto columns = static_cast<std::size_t>(made.geometry(image).gridColumns());
        QVERIFY(made.image(image).size() > 0);
        for (std::size_t patch = 0; patch < made.image(image).size(); ++patch) {
            const PatchPlace& place = made.image(image).places[patch];
            const std::vector<float> kept = made.vector(image, patch);
            double product = 0;
            for (std::size_t i = 0; i < dim; ++i)
                product += static_cast<double>(kept[i]) *
                           static_cast<double>(values.at((place.row * columns + place.column) * dim + i));
            QVERIFY2(product > 0.999, qPrintable(QString::number(product)));
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        const QString data = m_folder.filePath(QStringLiteral("data"));
        QCOMPARE(mamaCommand({"phantom", "--seed", "1000000", "--studies", "24", "--priors", "0", "--size", "256x208",
                              "--out", data})
                     .status,
                 0);
        QCOMPARE(mamaCommand({"import", "embed", data, "--library", m_library}).status, 0);
    }

    void aProgramThatIsNotThereIsTold()
    {
        EmbedJob job(QStringLiteral("/no/such/program"));
        job.start(request());
        QTRY_VERIFY(job.state() == State::Failed);
        QVERIFY(job.problem().contains(QStringLiteral("/no/such/program")));
    }

    void whatTheProcessSaysIsTold()
    {
        EmbedJob job(program());
        job.start({m_library, QStringLiteral("/no/such/model"), {}});
        QTRY_VERIFY_WITH_TIMEOUT(job.state() == State::Failed, patience);
        QVERIFY2(job.problem().contains(QStringLiteral("/no/such/model")), qPrintable(job.problem()));
        job.start({m_library, demo(), QStringLiteral("densty = a")});
        QTRY_VERIFY_WITH_TIMEOUT(job.state() == State::Failed, patience);
        QVERIFY2(job.problem().contains(QStringLiteral("densty")), qPrintable(job.problem()));
    }

    void aViewIsAskedForByItsName()
    {
        const QString asked = QStringLiteral("any(image: view = CC and side = L) and (density = c or density = d)");
        const auto counted = [&](const QStringList& how) {
            return mamaCommand(QStringList{"library", "list", "--library", m_library, "--json"} + how)
                .json()
                .at("count")
                .get<int>();
        };
        const auto view = [&](const QStringList& how) {
            return mamaCommand(QStringList{"library", "view", "--library", m_library} + how).status;
        };
        QCOMPARE(view({"--name", "Dense left", "--where", asked, "--sort", "age", "--rising"}), 0);
        QCOMPARE(counted({"--view", "dense LEFT"}), counted({"--where", asked}));
        QVERIFY(counted({"--view", "Dense left", "--where", "age > 60"}) < counted({"--view", "Dense left"}));
        QVERIFY(view({"--name", "wrong", "--where", "density in"}) != 0);
        const auto views = mamaCommand({"library", "view", "--library", m_library, "--json"}).json().at("views");
        QCOMPARE(views.size(), std::size_t(1));
        QVERIFY(views.at(0).at("filter") == asked.toStdString() && views.at(0).at("descending") == false);
        QCOMPARE(view({"--name", "Dense left", "--delete"}), 0);
        QVERIFY(mamaCommand({"library", "list", "--library", m_library, "--view", "Dense left"}).status != 0);
    }

    // As a shell's variable that is not set: it is not left out silently, nor taken for the folder one is in.
    void emptyValuesAreWrongUsage()
    {
        const auto refused = [&](const QStringList& how) {
            const Outcome outcome = mamaCommand(how);
            return outcome.status == 2 && outcome.err.contains("it is empty");
        };
        const QStringList of{"--library", m_library};
        for (const char* empty : {"", "  "})
            for (const char* action : {"create", "info", "list", "check", "files"})
                QVERIFY2(refused({"library", action, "--library", empty}), action);
        QVERIFY(!std::filesystem::exists("library.db"));
        QVERIFY(refused(QStringList{"library", "cohort", "--name", "all of them", "--ids", ""} + of));
        QVERIFY(refused(QStringList{"library", "backup", "--out", ""} + of));
        QVERIFY(refused(QStringList{"library", "list", "--images", ""} + of));
        QVERIFY(refused(QStringList{"library", "embed", "--model", demo(), "--collect", ""} + of));
        QVERIFY(refused(QStringList{"library", "map", "make", "--model", ""} + of));
        QVERIFY(refused(QStringList{"search", "--text", ""} + of));
        QVERIFY(refused({"import", "embed", "here", "--library", ""}));
        QCOMPARE(mamaCommand(QStringList{"library", "list", "--where", ""} + of).status, 0); // all
        QVERIFY(mamaCommand(QStringList{"library", "cohort", "--json"} + of).json().at("cohorts").empty());
        // A list as other programs save it.
        const QString list = m_folder.filePath(QStringLiteral("ids.txt"));
        const std::string key = open().columns->key(0);
        writeAtomically(list.toStdString(), std::string_view("\xef\xbb\xbf" + key + "\r\n"));
        QCOMPARE(mamaCommand(QStringList{"library", "tag", "--name", "listed", "--ids", list} + of).status, 0);
        QCOMPARE(mamaCommand(QStringList{"library", "undo"} + of).status, 0);
    }

    void withoutEmbeddingsItSaysSo()
    {
        EngineProcess none(QStringLiteral("/no/such/program"));
        AskSession ask(none);
        const Asked asked = open();
        ask.setLibrary(asked.library, asked.columns);
        ask.ask({QStringLiteral("There is a mass.")});
        QTRY_VERIFY_WITH_TIMEOUT(!ask.loading() && !ask.problem().isEmpty(), patience);
        QVERIFY(!ask.answer() && !ask.busy() && !ask.index());
    }

    // Paused, gone on with, killed, gone on with: all are embedded, none twice.
    void pausesAndGoesOn()
    {
        EmbedJob job(program());
        job.start(request());
        QTRY_VERIFY_WITH_TIMEOUT(job.done() > 0 || !job.running(), patience);
        job.pause();
        QTRY_VERIFY_WITH_TIMEOUT(!job.running(), patience);
        QVERIFY(job.state() == State::Paused);
        const qint64 paused = job.done();
        job.resume();
        QTRY_VERIFY_WITH_TIMEOUT((job.total() == 96 && job.done() > paused) || !job.running(), patience);
        QVERIFY(job.done() >= paused);
        const auto children = [] {
            QProcess ps;
            ps.start(QStringLiteral("pgrep"),
                     {QStringLiteral("-P"), QString::number(::getpid()), QStringLiteral("mama")});
            ps.waitForFinished();
            return ps.readAllStandardOutput().split('\n').first().toInt();
        };
        if (const int child = children(); child > 0 && job.running()) {
            ::kill(child, SIGKILL);
            QTRY_VERIFY_WITH_TIMEOUT(job.state() == State::Failed, patience);
            QVERIFY2(job.problem().contains(QStringLiteral("killed")), qPrintable(job.problem()));
        }
        QSignalSpy finished(&job, &EmbedJob::finished);
        job.resume();
        QTRY_VERIFY_WITH_TIMEOUT(job.state() == State::Finished, patience);
        QCOMPARE(finished.size(), 1);
        QCOMPARE(job.done(), qint64(96));
        QVERIFY(job.result().contains(QStringLiteral("embedded")));
        const auto sets = embeddingSets(m_library.toStdString());
        QCOMPARE(sets.size(), std::size_t(1));
        QCOMPARE(EmbeddingSet(sets.front().folder).size(), std::size_t(96));
    }

    // Made by the window's job, listed and exported by the commands: a point a study with its key, the same bytes
    // again.
    void mapsAreMadeListedAndExported()
    {
        const auto study = QStringLiteral("study"), umap = QStringLiteral("umap");
        MapJob nowhere(QStringLiteral("/no/such/program"));
        nowhere.start({m_library, {}, study, umap});
        QTRY_VERIFY(!nowhere.running());
        QVERIFY2(nowhere.problem().contains(QStringLiteral("/no/such/program")), qPrintable(nowhere.problem()));
        MapJob job(program());
        job.start({m_library, QStringLiteral("no such set"), study, umap});
        QTRY_VERIFY_WITH_TIMEOUT(!job.running(), patience);
        QVERIFY2(job.problem().contains(QStringLiteral("no such set")), qPrintable(job.problem()));
        const QString set = text(embeddingSets(m_library.toStdString()).front().folder.filename());
        job.start({m_library, set, study, umap});
        job.cancel();
        QTRY_VERIFY_WITH_TIMEOUT(!job.running(), patience);
        QVERIFY2(job.problem().isEmpty(), qPrintable(job.problem()));
        const auto maps = [&] {
            return mamaCommand({"library", "map", "list", "--library", m_library, "--json"}).json().at("maps");
        };
        QSignalSpy finished(&job, &MapJob::finished);
        job.start({m_library, set, study, umap});
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        const auto list = maps();
        QCOMPARE(list.size(), std::size_t(1));
        QVERIFY(list[0].at("points") == 24 && list[0].at("stale") == false && list[0].at("trustworthiness") > 0.7);
        const std::filesystem::path file(list[0].at("file").get<std::string>());
        const std::string bytes = readText(file);
        QCOMPARE(mamaCommand({"library", "map", "make", "--library", m_library, "--threads", "1"}).status, 0);
        QVERIFY(readText(file) == bytes);
        const QString table = m_folder.filePath(QStringLiteral("map.csv"));
        QCOMPARE(mamaCommand({"library", "map", "export", "--library", m_library, "--out", table}).status, 0);
        const std::string csv = readText(table.toStdString());
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t(25));
        const Asked asked = open();
        for (std::size_t each = 0; each < asked.columns->size(); ++each)
            QVERIFY(csv.find("," + asked.columns->key(each) + ",,") != csv.npos);
        QCOMPARE(mamaCommand({"library", "map", "make", "--library", m_library, "--level", "image"}).status, 0);
        QCOMPARE(maps().size(), std::size_t(2));
        QVERIFY(mamaCommand({"library", "map", "export", "--library", m_library, "--out", table}).status == 2);
        std::filesystem::resize_file(file, 200); // as a disk leaves it: another is made, nothing is shown of this one
        QCOMPARE(maps().size(), std::size_t(1));
    }

    void sentencesRankStudies()
    {
        load(demo());
        AskSession ask(*m_engine);
        const Asked asked = open();
        ask.setLibrary(asked.library, asked.columns);
        QTRY_VERIFY_WITH_TIMEOUT(!ask.loading(), patience);
        QVERIFY(ask.index());
        QCOMPARE(ask.index()->studiesWithRows(), std::size_t(24));
        // The last of several questions is the one that is answered.
        ask.ask({QStringLiteral("The breasts are extremely dense.")});
        ask.ask({QStringLiteral("There are calcifications.")});
        ask.ask({QStringLiteral("There is a mass.")});
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer(), patience);
        QCOMPARE(ask.answer()->question.sentence, QStringLiteral("There is a mass."));
        QVERIFY(!ask.busy());
        same(*ask.answer(), *asked.columns, search({"--text", "There is a mass."}));
        const auto ranked = search({"--text", "There is a mass."}).at("studies");
        const double cut = ranked.at(4).at("score").get<double>();
        const nlohmann::json above = search({"--text", "There is a mass.", "--where",
                                             QStringLiteral("images > 0 and score >= %1").arg(cut - 1e-6, 0, 'f', 7)});
        QCOMPARE(above.at("studies").size(), std::size_t(5));
        for (std::size_t i = 0; i < 5; ++i)
            QVERIFY(above.at("studies").at(i).at("study") == ranked.at(i).at("study"));
        QVERIFY(mamaCommand({"library", "list", "--library", m_library, "--where", "score > 0"}).status != 0);
        ask.ask({QStringLiteral("There is a mass."), QStringLiteral("The breasts are extremely dense.")});
        QVERIFY(!ask.answer());
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer(), patience);
        same(*ask.answer(), *asked.columns,
             search({"--text", "There is a mass.", "--minus", "The breasts are extremely dense."}));
        ask.setFusionRule(FusionRule::Mean);
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer() && ask.answer()->fusion == QStringLiteral("mean"), patience);
        ask.setFusionRule(FusionRule::Maximum);
        const std::int64_t like = ask.answer()->best.front().best.image;
        ask.ask({{}, {}, like});
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer(), patience);
        QCOMPARE(ask.answer()->best.front().best.image, like); // itself first
        const EmbeddingIndex* index = ask.index(); // other columns of the same studies, as after a tag: nothing is read
        ask.setLibrary(asked.library, std::make_shared<const StudyColumns>(*asked.library));
        QVERIFY(!ask.loading() && ask.answer() && ask.index() == index);
        StudySet three(asked.columns->size());
        for (std::size_t i = 3; i < 6; ++i)
            three.add(i);
        ask.setInside(three);
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer() && ask.answer()->best.size() == 3, patience);
        QCOMPARE(std::count_if(ask.answer()->scores.begin(), ask.answer()->scores.end(),
                               [](float f) { return !std::isnan(f); }),
                 std::ptrdiff_t(3));
        ask.ask({QStringLiteral("qwertz asdf zxcvb")});
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer(), patience);
        QVERIFY(!ask.answer()->notes.isEmpty()); // unlike anything that the model knows
    }

    // Patches made by the window's job are those of mama encode; a region asked by the window ranks as mama search
    // does, the image itself first.
    void regionsRankImages()
    {
        const Asked asked = open();
        const auto images = imagesOf(*asked.library, std::vector<std::int64_t>{asked.columns->id(3)}).front();
        const std::filesystem::path file = placeOfFile(images.at(1).root, images.at(1).below);
        AskSession ask(*m_engine);
        ask.setLibrary(asked.library, asked.columns);
        LibraryQuestion question;
        question.region = AskedRegion{images.at(1).id, {60, 90, 130, 170}, QStringLiteral("L CC")};
        ask.ask(question);
        QTRY_VERIFY_WITH_TIMEOUT(!ask.busy() && !ask.loading() && !ask.problem().isEmpty(), patience);
        QVERIFY(ask.wantsPatches() && !ask.answer());
        const nlohmann::json told = mamaCommand({"library", "patches", "make", "--library", m_library, "--model",
                                                 demo(), "--dry-run", "--json"})
                                        .json();
        QVERIFY(told.at("left") == 96 && told.at("disk") > told.at("memory") && told.at("memory") > 0);
        EmbedRequest wanted = request();
        wanted.patches = true;
        EmbedJob job(program());
        job.start(wanted);
        QTRY_VERIFY_WITH_TIMEOUT(job.done() > 0 || !job.running(), patience);
        job.pause(); // what is made stays
        QTRY_VERIFY_WITH_TIMEOUT(!job.running(), patience);
        job.resume();
        QTRY_VERIFY_WITH_TIMEOUT(job.state() == State::Finished, patience);
        const auto sets =
            mamaCommand({"library", "patches", "list", "--library", m_library, "--json"}).json().at("patches");
        QCOMPARE(sets.size(), std::size_t(1));
        QVERIFY(sets[0].at("images") == 96 && sets[0].at("two_stages").at("recall") > 0);
        QVERIFY(sets[0].at("map_way") == "standard");
        patchesAreThoseOfEncode(file, sets[0].at("set").get<std::string>());

        ask.reload();
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer(), patience);
        const LibraryAnswer& answer = *ask.answer();
        QCOMPARE(answer.best.front().best.image, images.at(1).id);
        QVERIFY(std::abs(answer.best.front().score - 1) < 1e-4 && answer.exact);
        const nlohmann::json found = search({"--region", text(file) + QStringLiteral(":60,90,70,80")}).at("images");
        std::map<std::string, nlohmann::json> first; // of each study
        for (const nlohmann::json& each : found)
            first.emplace(each.at("study").get<std::string>(), each);
        QCOMPARE(first.size(), answer.best.size());
        for (const FoundStudy& each : answer.best) {
            const nlohmann::json& same = first.at(asked.columns->key(each.study));
            QVERIFY(same.at("image") == each.best.image);
            QVERIFY(std::abs(same.at("score").get<double>() - each.score) < 1e-5);
            QVERIFY(std::abs(same.at("place")[0].get<double>() - answer.places.at(each.study).x0) < 1e-6);
        }
        const nlohmann::json byCorners = search({"--like", text(file), "--box", "60,90,130,170"});
        QVERIFY(byCorners.at("images") == found && byCorners.at("region").at("patches").size() > 0);
        for (const QStringList& wrong :
             {QStringList{"--like", text(file), "--box", "60,90,60,170"},
              QStringList{"--text", "mass", "--box", "60,90,130,170"}, QStringList{"--box", "60,90,130,170"},
              QStringList{"--text", "mass", "--exact"}})
            QCOMPARE(mamaCommand(QStringList{"search", "--library", m_library} + wrong).status, 2);
        QVERIFY(mamaCommand({"search", "--library", m_library, "--region", text(file) + ":1,2,3"}).status == 2);
        QVERIFY(mamaCommand({"search", "--library", m_library, "--region", text(file) + ":-90,-90,9,9"}).status == 2);
        QCOMPARE(mamaCommand({"library", "patches", "remove", "--library", m_library}).status, 0);
        QVERIFY(mamaCommand({"search", "--library", m_library, "--region", text(file) + ":60,90,70,80"}).status == 2);
    }

    // Two models of the same weights rank alike, side by side; their scores are told apart by name.
    void severalModelsRankSideBySide()
    {
        const std::filesystem::path twin = std::filesystem::path(m_folder.path().toStdString()) / "twin";
        std::filesystem::copy(sourceFolder() / "resources/demo", twin, std::filesystem::copy_options::recursive);
        nlohmann::json description = readJson(twin / "model.json");
        description["name"] = "the twin";
        writeAtomically(twin / "model.json", description.dump());
        QCOMPARE(mamaCommand({"library", "embed", "--library", m_library, "--model", text(twin)}).status, 0);
        const QStringList both{"--text", "There is a mass.", "--model", demo(), "--model", text(twin)};
        const nlohmann::json compared = search(both);
        QCOMPARE(compared.at("models").size(), std::size_t(2));
        QCOMPARE(compared.at("models")[1].at("model").at("name").get<std::string>(), std::string("the twin"));
        const auto& studies = compared.at("studies");
        QCOMPARE(studies.size(), std::size_t(24));
        const auto alone = search({"--text", "There is a mass.", "--model", demo()}).at("studies");
        for (std::size_t i = 0; i < studies.size(); ++i) {
            QVERIFY(studies[i].at("study") == alone[i].at("study"));
            QVERIFY(studies[i].at("ranks")[0] == studies[i].at("ranks")[1]);
            QVERIFY(std::abs(studies[i].at("scores")[1].get<double>() - alone[i].at("score").get<double>()) < 1e-5);
        }
        const double cut = alone[4].at("score").get<double>() - 1e-6;
        const QString filter = QStringLiteral("score:\"The Twin\" >= %1").arg(cut, 0, 'f', 7);
        QCOMPARE(search(both + QStringList{"--where", filter}).at("studies").size(), std::size_t(5));
        QVERIFY(
            mamaCommand(QStringList{"search", "--library", m_library, "--where", "score:other > 0"} + both).status ==
            2);
        QVERIFY(mamaCommand({"search", "--library", m_library, "--text", "x", "--model", demo(), "--model", demo()})
                    .status == 2);
        for (const EmbeddingSetInfo& set : embeddingSets(m_library.toStdString()))
            if (set.modelName == "the twin")
                std::filesystem::remove_all(set.folder);
    }

    // Killed while it is asked: the question is sent again to the next one, once it has a model.
    void anEngineThatDies()
    {
        load(demo());
        AskSession ask(*m_engine);
        const Asked asked = open();
        ask.setLibrary(asked.library, asked.columns);
        QTRY_VERIFY_WITH_TIMEOUT(!ask.loading(), patience);
        ask.ask({QStringLiteral("There is a mass of the left breast.")});
        ::kill(static_cast<pid_t>(m_engine->processId()), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(!ask.problem().isEmpty() || ask.answer(), patience);
        load(demo());
        ask.repeat();
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer(), patience);
        QCOMPARE(ask.answer()->best.size(), std::size_t(24));
    }

    void anotherModelIsTold()
    {
        const std::filesystem::path other = std::filesystem::path(m_folder.path().toStdString()) / "other";
        std::filesystem::copy(sourceFolder() / "resources/demo", other, std::filesystem::copy_options::recursive);
        nlohmann::json description = readJson(other / "model.json");
        description["trained_on"] = "something else";
        writeAtomically(other / "model.json", description.dump());
        load(text(other));
        AskSession ask(*m_engine);
        const Asked asked = open();
        ask.setLibrary(asked.library, asked.columns);
        ask.ask({QStringLiteral("There is a mass.")});
        QTRY_VERIFY_WITH_TIMEOUT(!ask.problem().isEmpty() && !ask.busy(), patience);
        QVERIFY(!ask.answer());
        QVERIFY2(ask.modelWanted().endsWith(QStringLiteral("demo")), qPrintable(ask.modelWanted() + ask.problem()));
        load(demo());
        ask.repeat();
        QTRY_VERIFY_WITH_TIMEOUT(ask.answer(), patience);
    }
};

QTEST_GUILESS_MAIN(TestLibraryAsk)
#include "test_library_ask.moc"
