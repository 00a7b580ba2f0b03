#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/download/catalogue.h"
#include "tests/support/source_server.h"
#include "tests/support/test_data.h"

#include <QEventLoop>
#include <QProcess>
#include <QTimer>
#include <csignal>
#include <random>
#include <sys/resource.h>

using namespace mama;
namespace fs = std::filesystem;
using test::SourceServer;

// Public checkpoints through the command, from a source of the test's own: fetched, cut, killed, imported, removed.
class TestGetModel : public QObject
{
    Q_OBJECT
private:
    struct Outcome
    {
        int status = -1; // -1: killed
        QByteArray out, err;
        nlohmann::json json() const { return nlohmann::json::parse(out.toStdString(), nullptr, false); }
    };
    struct Run
    {
        int killAfter = 0; // ms; 0: never
        int signal = SIGKILL;
        rlim_t largestFile = RLIM_INFINITY;
        QByteArray token;
    };

    // The source answers meanwhile.
    Outcome mama(const QStringList& arguments, const Run& run)
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("MAMA_CACHE"), m_folder->filePath(QStringLiteral("cache")));
        environment.insert(QStringLiteral("MAMA_HUB"), m_server->base());
        environment.insert(QStringLiteral("HF_TOKEN"), QStringLiteral("of-the-hub")); // never for this source
        environment.insert(QStringLiteral("MAMA_HUB_TOKEN"), QString::fromLatin1(run.token));
        process.setProcessEnvironment(environment);
        process.setChildProcessModifier([limit = run.largestFile] {
            ::signal(SIGXFSZ, SIG_IGN);
            const rlimit most{limit, limit};
            ::setrlimit(RLIMIT_FSIZE, &most);
        });
        QEventLoop loop;
        connect(&process, &QProcess::finished, &loop, &QEventLoop::quit);
        process.start(QString::fromStdString(test::program("mama").string()), QStringList{"--quiet"} + arguments);
        if (run.killAfter > 0)
            QTimer::singleShot(run.killAfter, &process, [&] {
                if (process.state() == QProcess::Running)
                    ::kill(static_cast<pid_t>(process.processId()), run.signal);
            });
        loop.exec();
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
                process.readAllStandardError()};
    }
    Outcome mama(const QStringList& arguments) { return mama(arguments, Run()); }
    Outcome get(const QString& name, const QStringList& more = {}) { return get(name, more, Run()); }
    Outcome get(const QString& name, const QStringList& more, const Run& run)
    {
        return mama(QStringList{"model", "get", name, "--accept", "--json"} + more, run);
    }
    fs::path cache() const { return m_folder->filePath(QStringLiteral("cache")).toStdString(); }
    fs::path model(const std::string& name) const { return cache() / "models" / name; }
    std::string stateOf(const std::string& name)
    {
        const nlohmann::json list = mama({"model", "list", "--json"}).json();
        for (const auto& entry : list.at("models"))
            if (entry["name"] == name)
                return entry["state"];
        return {};
    }
    // Every file below the cache folder, for a look at what it holds.
    std::string allText() const
    {
        std::string all;
        for (const auto& entry : fs::recursive_directory_iterator(cache()))
            if (entry.is_regular_file())
                all += readText(entry.path());
        return all;
    }
    static fs::path case_(const char* name) { return test::parityFolder() / name; }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SourceServer> m_server;

private Q_SLOTS:
    void initTestCase() { MAMA_NEED(fs::exists(case_("mammoclip-ckpt")), "parity/mammoclip-ckpt"); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_server = std::make_unique<SourceServer>();
        m_server->servePublicModels();
    }

    // Each model of the catalogue that the cases have a file for: fetched, imported, its licence beside it.
    void everyModelComes_data()
    {
        QTest::addColumn<QString>("name");
        for (const CatalogueModel& each : builtInCatalogue().models)
            QTest::newRow(each.name.c_str()) << QString::fromStdString(each.name);
    }
    void everyModelComes()
    {
        QFETCH(QString, name);
        const Catalogue catalogue = builtInCatalogue();
        const CatalogueModel& entry = catalogue.model(name.toStdString());
        if (!entry.served()) {
            const Outcome outcome = get(name);
            QCOMPARE(outcome.status, 2);
            QVERIFY2(outcome.err.contains(entry.files.front().where.c_str()), outcome.err.constData());
            QVERIFY(m_server->requests().empty());
            return;
        }
        if (!m_server->has(entry.files.front().repository.c_str(), entry.files.front().path.c_str()))
            QSKIP("the cases have no file of it");
        QCOMPARE(mama({"model", "get", name}).status, 2); // its terms were not accepted
        QVERIFY(m_server->requests().empty());
        const Outcome outcome = get(name);
        QVERIFY2(outcome.status == 0, outcome.err.constData());
        const fs::path folder = outcome.json()["model"].get<std::string>();
        QCOMPARE(folder, model(entry.name));
        const std::string licence = readText(folder / "licence.txt");
        for (const std::string& words : {entry.licence, entry.terms, entry.notFor, entry.page})
            QVERIFY2(licence.find(words) != std::string::npos, words.c_str());
        QCOMPARE(readJson(folder / "model.json")["provenance"]["licence"].get<std::string>(),
                 entry.licence + ". " + entry.terms);
        QCOMPARE(stateOf(entry.name), std::string("here"));
        QVERIFY(!fs::exists(cache() / "downloads" / entry.name)); // what was fetched is given back
        m_server->forget();
        QVERIFY(get(name).json()["was_here"] == true);
        QVERIFY(m_server->requests().empty());
        QCOMPARE(mama({"model", "remove", name}).status, 0);
        QCOMPARE(stateOf(entry.name), std::string("not here"));
        QCOMPARE(mama({"model", "remove", name}).status, 2);
    }

    // A result says the licence, in JSON and in words.
    void resultsSayTheLicence()
    {
        QCOMPARE(get("mammo-clip-b5").status, 0);
        const std::string licence = builtInCatalogue().model("mammo-clip-b5").licence;
        const QStringList query{"query",
                                "--model",
                                "mammo-clip-b5",
                                "--study",
                                QString::fromStdString((case_("mammoclip-ckpt") / "inputs/stored_0.dcm").string()),
                                "--text",
                                "mass",
                                "--no-cache"};
        const Outcome asJson = mama(query + QStringList{"--json"});
        QVERIFY2(asJson.status == 0, asJson.err.constData());
        QVERIFY(asJson.json()["provenance"]["licence"].get<std::string>().starts_with(licence));
        const Outcome asText = mama(query);
        QVERIFY2(asText.out.contains(licence.c_str()), asText.out.constData());
    }

    void gatedModels()
    {
        m_server->setTrouble([](const SourceServer::Request& request) {
            return request.headers.value("authorization") == "Bearer the-secret"
                       ? SourceServer::plainFile()
                       : SourceServer::status(401, {{"Content-Length", "0"}});
        });
        const Outcome without = get("medsiglip");
        QCOMPARE(without.status, 1);
        QVERIFY(without.err.contains("https://huggingface.co/google/medsiglip-448") &&
                without.err.contains("HF_TOKEN"));
        Run wrong;
        wrong.token = "a-wrong-secret";
        const Outcome refused = get("medsiglip", {}, wrong);
        QVERIFY(refused.status == 1 && refused.err.contains("refused your token"));
        QVERIFY(!refused.err.contains("a-wrong-secret") && !refused.out.contains("a-wrong-secret"));
        Run right;
        right.token = "the-secret";
        const Outcome outcome = get("medsiglip", {}, right);
        QVERIFY2(outcome.status == 0, outcome.err.constData());
        QVERIFY(!outcome.out.contains("the-secret") && !outcome.err.contains("the-secret"));
        QVERIFY(allText().find("secret") == std::string::npos);
        for (const auto& request : m_server->requests())
            QVERIFY(!request.headers.value("authorization").contains("of-the-hub"));
    }

    // Killed at any moment and asked again: the model is there as a whole or not at all, and is the right one.
    void killedAtRandomMoments()
    {
        const int tries = qEnvironmentVariableIsSet("MAMA_TRIES") ? qEnvironmentVariableIntValue("MAMA_TRIES") : 6;
        std::mt19937 random(test::freshSeed());
        QCOMPARE(get("mammo-clip-b5").status, 0);
        const std::string hash = readJson(model("mammo-clip-b5") / "model.json")["hash"];
        m_server->setPiece(20'000);
        int kills = 0;
        for (int i = 0; i < tries; ++i) {
            QCOMPARE(mama({"model", "remove", "mammo-clip-b5"}).status, 0);
            Outcome outcome;
            for (int again = 0; outcome.status != 0; ++again) {
                Run run;
                run.signal = random() % 3 == 0 ? SIGTERM : SIGKILL;
                run.killAfter = again < 8 ? static_cast<int>(20 + random() % 400) : 0;
                outcome = get("mammo-clip-b5", {}, run);
                QVERIFY2(outcome.status == 0 || outcome.status == -1 || outcome.status == 130, outcome.err.constData());
                kills += outcome.status != 0;
                QCOMPARE(fs::exists(model("mammo-clip-b5")), fs::exists(model("mammo-clip-b5") / "licence.txt"));
            }
            QCOMPARE(readJson(model("mammo-clip-b5") / "model.json")["hash"].get<std::string>(), hash);
            QCOMPARE(sha256OfFile(model("mammo-clip-b5") / "model.safetensors"), hash);
        }
        qInfo() << kills << "kills in" << tries << "downloads";
    }

    // A gigabyte is not begun that the disk has no room for; a full disk keeps what came.
    void aFullDisk()
    {
        m_server->setTrouble([](const SourceServer::Request& request) {
            return request.isGet() ? SourceServer::plainFile()
                                   : SourceServer::status(302, {{"Location", "http://127.0.0.1:1/"},
                                                                {"X-Linked-Size", "1000000000000000"},
                                                                {"Content-Length", "0"}});
        });
        const Outcome before = get("mammo-clip-b2");
        QVERIFY2(before.status == 1 && before.err.contains("free"), before.err.constData());
        for (const auto& request : m_server->requests())
            QVERIFY(!request.isGet());
        QCOMPARE(mama({"model", "remove", "mammo-clip-b2"}).status, 0);
        m_server->setTrouble({});
        Run small;
        small.largestFile = 1'000'000;
        const Outcome during = get("mammo-clip-b5", {}, small);
        QVERIFY2(during.status == 1 && during.err.contains("no more room"), during.err.constData());
        QCOMPARE(stateOf("mammo-clip-b5"), std::string("begun"));
        m_server->forget();
        QCOMPARE(get("mammo-clip-b5").status, 0);
        bool wentOn = false;
        for (const auto& request : m_server->requests())
            wentOn = wentOn || request.headers.value("range") == "bytes=1000000-";
        QVERIFY(wentOn);
    }

    // What is no checkpoint is refused by the import, and does not stand in the way of the next try.
    void otherContent()
    {
        m_server->setTrouble([](const SourceServer::Request& request) {
            SourceServer::Answer answer = SourceServer::plainFile();
            if (!request.path.endsWith(".tar"))
                return answer;
            answer.plain = false;
            answer.body = "{\"error\": \"quota\"}";
            answer.headers = {{"Content-Length", QByteArray::number(answer.body.size())}};
            return answer;
        });
        const Outcome outcome = get("mammo-clip-b5");
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("b5-model-best-epoch-7.tar"), outcome.err.constData());
        QVERIFY(!fs::exists(model("mammo-clip-b5")));
        m_server->setTrouble({});
        QCOMPARE(get("mammo-clip-b5").status, 0);
    }

    // What lies where the files belong is taken for nothing that it is not: without a record of it, or changed since.
    void filesOfNobody()
    {
        const fs::path files = cache() / "downloads/mammo-clip-b5/files", tar = "b5-model-best-epoch-7.tar";
        const auto size = fs::file_size(case_("mammoclip-ckpt") / tar);
        writeAtomically(files / tar, std::string(size, '\0'));
        writeAtomically(files / (tar.string() + ".part"), std::string_view("other bytes"));
        writeAtomically(files.parent_path() / "download.json", std::string_view("no JSON"));
        QCOMPARE(get("mammo-clip-b5").status, 0);
        QCOMPARE(mama({"model", "remove", "mammo-clip-b5"}).status, 0);
        m_server->setTrouble([](const SourceServer::Request& request) {
            return request.isGet() && request.path.endsWith("vocab.txt")
                       ? SourceServer::status(404, {{"Content-Length", "0"}})
                       : SourceServer::plainFile();
        });
        QCOMPARE(get("mammo-clip-b5").status, 1);
        QVERIFY(fs::exists(files / tar)); // whole, and waits for the last file
        writeAtomically(files / tar, std::string(size, '\0'));
        m_server->setTrouble({});
        QCOMPARE(get("mammo-clip-b5").status, 1); // the import sees it
        QCOMPARE(get("mammo-clip-b5").status, 0);
    }

    // A folder that the user filled: loose, under other names, of another model, incomplete.
    void filesThatAreHere()
    {
        const fs::path folder = m_folder->filePath(QStringLiteral("mine")).toStdString();
        const QString from = QString::fromStdString(folder.string());
        fs::create_directories(folder / "below");
        fs::copy(case_("mammoclip-ckpt") / "b5-model-best-epoch-7.tar", folder / "below/renamed.tar");
        Outcome outcome = get("mammo-clip-b5", {"--from", from});
        QCOMPARE(outcome.status, 2);
        QVERIFY2(outcome.err.contains("text-model/vocab.txt") &&
                     outcome.err.contains("emilyalsentzer/Bio_ClinicalBERT"),
                 outcome.err.constData());
        for (const char* name : {"config.json", "vocab.txt"})
            fs::copy(case_("mammoclip-ckpt") / "text-model" / name, folder / name);
        outcome = get("mammo-clip-b2", {"--from", from});
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("this is not Mammo-CLIP B2"), outcome.err.constData());
        QCOMPARE(stateOf("mammo-clip-b2"), std::string("not here"));
        outcome = get("mammo-clip-b5", {"--from", from});
        QVERIFY2(outcome.status == 0, outcome.err.constData());
        QVERIFY(m_server->requests().empty());
        QVERIFY(fs::exists(folder / "below/renamed.tar") && fs::exists(folder / "vocab.txt")); // the user's stay
        QVERIFY(fs::is_regular_file(fs::symlink_status(model("mammo-clip-b5") / "vocab.txt")));
        QCOMPARE(get("mammo-fm", {"--from", from + "/no-such"}).status, 2);
        // Another model's file of the same kind, by that model's name: it does not get this one's facts.
        outcome = get("mammo-fm-mayo", {"--from", QString::fromStdString(case_("mammofm-ckpt").string())});
        QCOMPARE(outcome.status, 2);
        QVERIFY2(outcome.err.contains("Mammo-FM_ASU_Trained_CLIP.tar"), outcome.err.constData());
        outcome = get("cleft", {"--from", QString::fromStdString(case_("cleft-ckpt").string())}); // has two of them
        QVERIFY2(outcome.status == 2 && outcome.err.contains("several"), outcome.err.constData());
        const fs::path one = m_folder->filePath(QStringLiteral("one")).toStdString();
        fs::create_directories(one);
        for (const auto& entry : fs::directory_iterator(case_("cleft-ckpt")))
            if (entry.path().extension() == ".ckpt") {
                fs::copy_file(entry.path(), one / "any name.ckpt", fs::copy_options::overwrite_existing);
                break;
            }
        fs::copy(case_("cleft-ckpt") / "text-model", one / "text-model");
        QCOMPARE(get("cleft", {"--from", QString::fromStdString(one.string())}).status, 0);
    }

    // One process at a time; what is at work is not removed.
    void twoAtOnce()
    {
        m_server->setTrouble([](const SourceServer::Request&) {
            SourceServer::Answer answer = SourceServer::plainFile();
            answer.stallAfter = 100'000;
            return answer;
        });
        QProcess first;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("MAMA_CACHE"), m_folder->filePath(QStringLiteral("cache")));
        first.setProcessEnvironment(environment);
        first.start(QString::fromStdString(test::program("mama").string()),
                    {"--quiet", "model", "get", "mammo-clip-b5", "--accept", "--from", m_server->base()});
        QTRY_VERIFY_WITH_TIMEOUT(m_server->bytesSent() > 0, 20000);
        const Outcome second = get("mammo-clip-b5");
        QVERIFY2(second.status == 2 && second.err.contains("at work"), second.err.constData());
        QCOMPARE(mama({"model", "remove", "mammo-clip-b5"}).status, 2);
        QCOMPARE(stateOf("mammo-clip-b5"), std::string("at work"));
        first.kill();
        QTRY_COMPARE(first.state(), QProcess::NotRunning);
        m_server->setTrouble({});
        QCOMPARE(get("mammo-clip-b5").status, 0); // a lock ends with its process
    }

    void wrongUsage()
    {
        QCOMPARE(get("no-such-model").status, 2);
        QCOMPARE(get("mammo-clip-b5", {"--from", "https://user:secret@x"}).status, 2);
        QVERIFY(!get("mammo-clip-b5", {"--from", "https://user:secret@x"}).err.contains("secret"));
        for (const char* name : {"", "..", "../models", "a/b"})
            QCOMPARE(mama({"model", "remove", name}).status, 2);
        QCOMPARE(mama({"model", "remove", "demo"}).status, 2);
        Run odd;
        odd.token = "a b";
        QCOMPARE(get("mammo-clip-b5", {}, odd).status, 2);
    }
};

QTEST_GUILESS_MAIN(TestGetModel)
#include "test_get_model.moc"
