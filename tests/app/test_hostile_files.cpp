// Files that change in use, or are no files, in the window and its engine: MAMA_TRIES tries of each (default 5). The
// commands and an engine of their own: tests/hostile_files.
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "core/base/files.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sys/stat.h>
#include <thread>

using namespace mama;
using mama::test::WindowFixture;
namespace fs = std::filesystem;

namespace {

const QString sentences[]{QStringLiteral("There is a mass."), QStringLiteral("No calcifications.")};
constexpr int longest = 60000; // ms that anything may take

// By the model's hash and the sentence: an image's score by its slot, of each state that its file may be in.
using Known = std::map<std::pair<QString, QString>, std::map<std::string, std::vector<double>>>;

int tries() { return qEnvironmentVariableIsSet("MAMA_TRIES") ? qEnvironmentVariableIntValue("MAMA_TRIES") : 5; }

std::string bytesOf(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Other bytes in the same file; size and time of modification stay.
void writeInPlace(const fs::path& path, const std::string& bytes)
{
    const auto time = fs::last_write_time(path);
    std::fstream(path, std::ios::binary | std::ios::in | std::ios::out) << bytes;
    fs::last_write_time(path, time);
}

// The sign of every weight, but of variances.
std::string turned(std::string weights)
{
    std::uint64_t size = 0;
    std::memcpy(&size, weights.data(), sizeof size);
    const std::size_t start = sizeof size + size;
    const nlohmann::json header = nlohmann::json::parse(weights.substr(sizeof size, size));
    for (const auto& [name, tensor] : header.items()) {
        if (!tensor.contains("data_offsets") || QString::fromStdString(name).endsWith(QLatin1String("running_var")))
            continue;
        const std::size_t end = start + tensor["data_offsets"][1].get<std::size_t>();
        for (std::size_t at = start + tensor["data_offsets"][0].get<std::size_t>() + 3; at < end; at += 4)
            weights[at] = static_cast<char>(weights[at] ^ '\x80');
    }
    return weights;
}

// Its second half upside down: other pixels of a picture that is not compressed.
std::string mixed(std::string image)
{
    const std::size_t half = image.size() / 4 * 2;
    for (std::size_t a = half, b = image.size() / 2 * 2 - 2; a < b; a += 2, b -= 2) {
        std::swap(image[a], image[b]);
        std::swap(image[a + 1], image[b + 1]);
    }
    return image;
}

// The scores that `mama query` gives are known from now on.
bool learn(Known& known, const fs::path& model, const fs::path& study)
{
    const test::Outcome outcome =
        test::mamaCommand({"query", "--model", test::text(model), "--study", test::text(study), "--text", sentences[0],
                           "--text", sentences[1], "--json"});
    if (outcome.status != 0)
        return false;
    const nlohmann::json reply = outcome.json();
    const auto hash = QString::fromStdString(reply.at("provenance").at("hash"));
    for (const nlohmann::json& image : reply.at("images"))
        for (int text = 0; text < 2; ++text) {
            const nlohmann::json& score = image.at("scores").at(static_cast<std::size_t>(text));
            if (!score.is_number()) // a score that is none would agree with any other such
                return false;
            known[{hash, sentences[text]}][image.at("slot")].push_back(score);
        }
    return true;
}

// A window that lives through all tries of a kind.
class Watched
{
public:
    explicit Watched(Known known) : m_known(std::move(known))
    {
        ModelSession& session = m_fixture.window().read().session();
        StudySession& studies = m_fixture.window().read().studies();
        QObject::connect(&session, &ModelSession::engineDied, &m_fixture.window(), [this] { ++m_deaths; });
        QObject::connect(&session, &ModelSession::encodingFailed, &m_fixture.window(), [this] { m_failed = true; });
        QObject::connect(&studies, &StudySession::scanFailed, &m_fixture.window(), [this] { m_failed = true; });
        QObject::connect(&studies, &StudySession::scanned, &m_fixture.window(),
                         [this, &studies] { m_failed = m_failed || studies.studies().empty(); });
    }

    WindowFixture& fixture() { return m_fixture; }
    ReadPage& page() { return m_fixture.window().read(); }

    // `hurt` comes from another thread while `work` and what follows of it are under way.
    void during(const std::function<void()>& hurt, const std::function<void()>& work)
    {
        m_failed = false;
        QElapsedTimer took;
        took.start();
        const auto wait = std::chrono::milliseconds(std::uniform_int_distribution<int>(0, m_usual)(m_random));
        std::thread other([&hurt, wait] {
            std::this_thread::sleep_for(wait);
            hurt();
        });
        work();
        const bool ended = QTest::qWaitFor([this] { return isSettled(); }, longest);
        m_usual = std::clamp(static_cast<int>(took.elapsed()), 20, 3000);
        other.join();
        if (!ended)
            m_fault = "nothing came in " + std::to_string(longest / 1000) + " s";
    }

    bool isSettled()
    {
        const auto& scores = page().session().scores();
        const bool answered =
            !scores.empty() && std::none_of(scores.begin(), scores.end(), [](const SentenceScores& each) {
                return each.state == SentenceScores::State::Waiting;
            });
        return !page().studies().busy() && (answered || m_failed || !page().session().modelProblem().isEmpty());
    }

    // Every score that is shown is one of the model whose hash is shown. Empty: so it is.
    std::string fault()
    {
        if (m_deaths > 0)
            return "the engine died";
        if (!m_fault.empty())
            return m_fault;
        bool any = false;
        for (const SentenceScores& scores : page().session().scores())
            for (const auto& [pane, score] : scores.images) {
                const std::string slot = name(page().studies().study()->images[pane.image].slot);
                const auto& right = m_known[{page().session().model()->hash, scores.sentence}][slot];
                any = true;
                if (std::none_of(right.begin(), right.end(), [&](double r) { return std::abs(r - score) < 1e-4; }))
                    return slot + ": " + std::to_string(score) + " under the hash " +
                           page().session().model()->hash.toStdString();
            }
        ++(any ? m_answered : m_refused);
        return {};
    }

    void report(const char* kind)
    {
        qInfo().noquote() << kind << "-" << m_answered << "answered," << m_refused << "refused,"
                          << page().session().engine().restarts() << "engines died";
    }
    std::mt19937& random() { return m_random; }

private:
    Known m_known;
    WindowFixture m_fixture;
    std::mt19937 m_random{test::freshSeed()};
    int m_deaths = 0, m_answered = 0, m_refused = 0, m_usual = 1000;
    bool m_failed = false;
    std::string m_fault;
};

} // namespace

class TestHostileFiles : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(fs::exists(test::parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        qputenv("MAMA_CACHE", QFile::encodeName(m_folder.filePath(QStringLiteral("cache"))));
        QCOMPARE(test::importTinyModel(model()).status, 0);
        const fs::path phantom = root() / "phantom";
        QCOMPARE(test::mamaCommand({"phantom", "--seed", "7", "--studies", "1", "--priors", "0", "--size", "512x416",
                                    "--out", test::text(phantom)})
                     .status,
                 0);
        fs::create_directories(study());
        for (const auto& entry : fs::recursive_directory_iterator(phantom))
            if (entry.path().extension() == ".dcm")
                fs::copy_file(entry.path(), study() / entry.path().filename());
        m_weights = bytesOf(model() / "model.safetensors");
        for (const auto& entry : fs::directory_iterator(study()))
            m_images.push_back(entry.path().filename());
        QCOMPARE(m_images.size(), std::size_t{4});
    }

    void weightsThatAreCutOrChanged()
    {
        Known known;
        QVERIFY(learn(known, model(), study()));
        const fs::path used = root() / "used";
        copyOver(model(), used);
        writeInPlace(used / "model.safetensors", turned(m_weights));
        QVERIFY(learn(known, used, study()));
        QCOMPARE(known.size(), std::size_t{4}); // two hashes
        Watched watched(known);
        watched.page().open({study()});
        for (int n = 0; n < tries(); ++n) {
            copyOver(model(), used);
            const fs::path file = used / "model.safetensors";
            const auto hurt = [&, cut = n % 2 == 0, left = std::array{0, 100, 700000}[watched.random()() % 3]] {
                if (cut)
                    fs::resize_file(file, static_cast<std::uintmax_t>(left));
                else
                    writeInPlace(file, turned(m_weights));
            };
            watched.during(hurt, [&] {
                watched.page().session().clearSentences();
                watched.page().session().ask(sentences[0]);
                watched.page().setModel(test::text(used));
            });
            MAMA_SAME(watched.fault());
            watched.during([] {}, [&] { watched.page().session().ask(sentences[1]); }); // of the changed weights
            MAMA_SAME(watched.fault());
        }
        watched.report("window, weights cut or changed in place");
    }

    void imagesThatAreCutOrChanged()
    {
        Known known;
        QVERIFY(learn(known, model(), study()));
        const fs::path used = root() / "used-study";
        copyOver(study(), used);
        for (const fs::path& image : m_images)
            writeInPlace(used / image, mixed(bytesOf(study() / image)));
        QVERIFY(learn(known, model(), used));
        Watched watched(known);
        watched.page().setModel(test::text(model()));
        for (int n = 0; n < tries(); ++n) {
            copyOver(study(), used);
            const fs::path image = m_images[watched.random()() % m_images.size()];
            const auto hurt = [&, cut = n % 2 == 0, left = std::array{0, 200, 100000}[watched.random()() % 3]] {
                if (cut)
                    fs::resize_file(used / image, static_cast<std::uintmax_t>(left));
                else
                    writeInPlace(used / image, mixed(bytesOf(study() / image)));
            };
            watched.during(hurt, [&] {
                watched.page().session().clearSentences();
                watched.page().session().ask(sentences[0]);
                watched.page().open({used});
            });
            MAMA_SAME(watched.fault());
        }
        watched.report("window, images cut or changed in place");
    }

    void fifosAndHolesAreRefused()
    {
        Known known;
        QVERIFY(learn(known, model(), study()));
        Watched watched(known);
        const fs::path used = root() / "used-fifo", other = root() / "fifo-study";
        const std::array names{"model.json", "model.safetensors", "tokenizer.json"};
        for (int n = 0; n < tries(); ++n) {
            copyOver(model(), used);
            fs::remove(used / names[static_cast<std::size_t>(n) % names.size()]);
            QCOMPARE(::mkfifo((used / names[static_cast<std::size_t>(n) % names.size()]).c_str(), 0600), 0);
            copyOver(study(), other);
            fs::remove(other / m_images[0]);
            if (n % 2 == 0)
                QCOMPARE(::mkfifo((other / m_images[0]).c_str(), 0600), 0);
            else // 4 GB of nothing
                std::ofstream(other / m_images[0]) << bytesOf(study() / m_images[0]).substr(0, 2000);
            if (n % 2 == 1)
                fs::resize_file(other / m_images[0], std::uintmax_t{4} << 30);
            QElapsedTimer timer;
            timer.start();
            watched.during([] {},
                           [&] {
                               watched.page().session().clearSentences();
                               watched.page().open({other}); // what is asked waits for its study
                               watched.page().session().ask(sentences[0]);
                               watched.page().setModel(test::text(used));
                           });
            MAMA_SAME(watched.fault());
            watched.during([] {}, [&] { watched.page().setModel(test::text(model())); });
            MAMA_SAME(watched.fault());
            QVERIFY2(timer.elapsed() < 20000, "refused at once");
            const auto& scores = watched.page().session().scores();
            QVERIFY(scores.size() == 1 && scores[0].images.size() == 3);
        }
        watched.report("window, FIFOs and 4 GB of nothing");
    }

private:
    fs::path root() const { return m_folder.path().toStdString(); }
    fs::path model() const { return root() / "whole"; }
    fs::path study() const { return root() / "still"; }

    // New files, not the old ones written over: those may still be open.
    static void copyOver(const fs::path& from, const fs::path& to)
    {
        fs::remove_all(to);
        fs::copy(from, to, fs::copy_options::recursive);
    }

    QTemporaryDir m_folder;
    std::string m_weights;
    std::vector<fs::path> m_images; // names
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestHostileFiles test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_hostile_files.moc"
