#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "tests/support/source_server.h"

#include "app/workstation/models/model_details.h"
#include "app/workstation/models/model_table.h"
#include "core/base/files.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/sentence_edit.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QDialogButtonBox>
#include <QDropEvent>
#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

using namespace mama;
using test::SourceServer;
using test::WindowFixture;

// The page Models in a real window, against a source of the test's own.
class TestModelsPage : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<SourceServer> m_server;

    static QPushButton* button(WindowFixture& fixture, const char* name)
    {
        return fixture.window().models().findChild<QPushButton*>(QLatin1String("model.") + QLatin1String(name));
    }
    static void press(WindowFixture& fixture, const char* name)
    {
        QPushButton* found = button(fixture, name);
        QVERIFY2(found, name);
        QTRY_VERIFY2(found->isVisible(), name);
        QTest::mouseClick(found, Qt::LeftButton);
    }
    static const ModelRow& row(WindowFixture& fixture, const std::string& name)
    {
        return *fixture.window().models().downloads().row(name);
    }
    static void show(WindowFixture& fixture, const std::string& name)
    {
        fixture.window().showPage(fixture.window().models());
        fixture.window().models().select(name);
        QTRY_VERIFY(fixture.window().models().isVisible());
    }
    static void clickLink(WindowFixture& fixture, const QString& link)
    {
        for (auto* label : fixture.window().read().findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(QStringLiteral("href=\"%1\"").arg(link)))
                return Q_EMIT label->linkActivated(link);
        QFAIL(qPrintable(link));
    }

    // Answers the next dialog of that kind once it is open.
    template <class Dialog, class Answer>
    void whenAsked(const Answer& answer)
    {
        auto* timer = new QTimer(this);
        timer->setInterval(50);
        connect(timer, &QTimer::timeout, this, [timer, answer] {
            if (auto* dialog = qobject_cast<Dialog*>(QApplication::activeModalWidget())) {
                timer->deleteLater();
                answer(*dialog);
            }
        });
        timer->start();
    }

private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(std::filesystem::exists(test::parityFolder() / "mammoclip-ckpt"), "parity/mammoclip-ckpt");
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "four-view"), "data/four-view");
    }
    void init()
    {
        m_server = std::make_unique<SourceServer>();
        m_server->servePublicModels();
        qputenv("MAMA_HUB", m_server->base().toLatin1());
        qunsetenv("HF_TOKEN");
        qunsetenv("MAMA_HUB_TOKEN");
    }

    // From the empty start page to a scored study with a model from the source, in six actions.
    void sixActions()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(!window.read().session().model());
        fixture.screenshot(QStringLiteral("models-start"));
        clickLink(fixture, QStringLiteral("models")); // 1
        QTRY_VERIFY(window.models().isVisible());
        const std::string name = window.models().downloads().catalogue().models.front().name;
        press(fixture, "get"); // 2
        QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name).isHere(), 60000);
        QTRY_VERIFY(button(fixture, "use")->isVisible());
        fixture.screenshot(QStringLiteral("models-here"));
        press(fixture, "use"); // 3
        QTRY_VERIFY(window.read().isVisible());
        QSignalSpy shown(&window.read(), &ReadPage::studyOnScreen);
        QMimeData study; // 4
        study.setUrls({QUrl::fromLocalFile(test::text(test::dataFolder() / "four-view"))});
        QDragEnterEvent enter({400, 400}, Qt::CopyAction, &study, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &enter); // as the desktop sends it, which no test can drag from
        QDropEvent drop(QPointF(400, 400), Qt::CopyAction, &study, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &drop);
        QVERIFY(shown.count() > 0 || shown.wait(60000));
        QSignalSpy maps(&window.read(), &ReadPage::mapsOnScreen);
        auto* field = window.read().findChild<QueryPanel*>()->sentence();
        QTRY_COMPARE(window.focusWidget(), field);       // the keyboard is there already
        QTest::keyClicks(field, QStringLiteral("mass")); // 5
        QTest::keyClick(field, Qt::Key_Return);          // 6
        QVERIFY(maps.count() > 0 || maps.wait(240000));
        const SentenceScores& scores = window.read().session().scores().front();
        QCOMPARE(scores.state, SentenceScores::State::Done);
        QCOMPARE(scores.images.size(), std::size_t{4});
        const QString licence = QString::fromStdString(window.models().downloads().catalogue().models.front().licence);
        QVERIFY2(window.read().session().provenance().contains(licence),
                 qPrintable(window.read().session().provenance()));
        fixture.screenshot(QStringLiteral("models-scored"));
    }

    // Every public model that the source has, from its published file to a scored study.
    void everyModelIsScored_data()
    {
        QTest::addColumn<QString>("name");
        for (const CatalogueModel& each : builtInCatalogue().models)
            if (each.served())
                QTest::newRow(each.name.c_str()) << QString::fromStdString(each.name);
    }
    void everyModelIsScored()
    {
        QFETCH(QString, name);
        qputenv("MAMA_HUB_TOKEN", "any"); // of gated ones
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        show(fixture, name.toStdString());
        press(fixture, "get");
        QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name.toStdString()).isHere(), 60000);
        press(fixture, "use");
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(QStringLiteral("mass")));
        const SentenceScores& scores = window.read().session().scores().front();
        QCOMPARE(scores.state, SentenceScores::State::Done);
        QCOMPARE(scores.images.size(), std::size_t{4});
        QCOMPARE(window.read().session().maps(0).size(), std::size_t{4});
        const CatalogueModel* entry = row(fixture, name.toStdString()).entry;
        for (const std::string& words : {entry->trainedOn, entry->licence})
            QVERIFY2(window.read().session().provenance().contains(QString::fromStdString(words)), words.c_str());
    }

    // Paused, on another page, in another window: it goes on where it was.
    void pausedAndResumed()
    {
        m_server->setPiece(2'000);
        const std::string name = "mammo-clip-b2";
        std::uint64_t paused = 0;
        {
            WindowFixture fixture;
            show(fixture, name);
            press(fixture, "get");
            QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name).done > 100'000, 30000);
            QVERIFY(fixture.window().models().findChild<QProgressBar*>()->isVisible());
            fixture.screenshot(QStringLiteral("models-fetching"));
            fixture.window().showPage(fixture.window().read());
            const auto before = row(fixture, name).done;
            QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name).done > before, 30000); // whatever page is shown
            show(fixture, name);
            press(fixture, "pause");
            for (int i = 0; i < 30; ++i) { // until the work has ended, and then: never another program's
                QVERIFY2(!stateText(row(fixture, name)).contains("another program"),
                         qPrintable(stateText(row(fixture, name))));
                QTest::qWait(50);
            }
            QTRY_VERIFY(button(fixture, "get")->isVisible() && button(fixture, "get")->text().contains("Resume"));
            fixture.screenshot(QStringLiteral("models-paused"));
            m_server->forget();
            QTRY_VERIFY(!DownloadLock::isHeld(DownloadPlace(name)));
            press(fixture, "get");
            QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name).work == ModelRow::Work::Fetching, 30000);
            paused = row(fixture, name).done;
            QVERIFY(paused >= 100'000);
            MainWindow& window = fixture.window();
            window.close(); // at work: pauses
            m_server->setPiece(0);
            // The next window finds what came.
            QSettings settings(QString::fromStdString((fixture.folder() / "second.ini").string()),
                               QSettings::IniFormat);
            fixture.endWindow();
            MainWindow second(QString::fromStdString(test::program("mama").string()), settings);
            second.show();
            second.showPage(second.models());
            second.models().select(name);
            QTRY_VERIFY(second.models().downloads().row(name)->isBegun());
            QVERIFY(second.models().downloads().row(name)->item.bytes >= 100'000);
            m_server->forget();
            auto* get = second.models().findChild<QPushButton*>(QStringLiteral("model.get"));
            QTRY_VERIFY(get->text().contains("Resume"));
            QTest::mouseClick(get, Qt::LeftButton);
            QTRY_VERIFY_WITH_TIMEOUT(second.models().downloads().row(name)->isHere(), 60000);
            bool wentOn = false;
            for (const auto& request : m_server->requests())
                wentOn = wentOn || request.headers.contains("range");
            QVERIFY(wentOn);
        }
    }

    void failuresAreTold()
    {
        WindowFixture fixture;
        const std::string name = "mammo-fm";
        m_server->setTrouble([](const SourceServer::Request&) {
            return SourceServer::status(404, {{"Content-Length", "0"}});
        });
        show(fixture, name);
        press(fixture, "get");
        auto* failure = fixture.window().models().findChild<QLabel*>(QStringLiteral("modelFailure"));
        QTRY_VERIFY(failure->isVisible() && failure->text().contains("404"));
        fixture.screenshot(QStringLiteral("models-failed"));
        m_server->setTrouble({});
        press(fixture, "get"); // Try again
        QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name).isHere(), 60000);
        QVERIFY(!failure->isVisible());
        fixture.window().models().downloads().remove(name);
        QTRY_VERIFY(!row(fixture, name).isHere());
        QVERIFY(button(fixture, "get")->isVisible());
    }

    // No network, a host that is not there, one that says nothing: the page says which host, since when, what is wrong
    // and what would help, within seconds, and lets go at once.
    void aSourceThatDoesNotAnswer_data()
    {
        QTest::addColumn<QString>("hub");
        QTest::newRow("refused") << QStringLiteral("refused");
        QTest::newRow("no such host") << QStringLiteral("http://no-such-host.invalid");
        QTest::newRow("silent") << QStringLiteral("silent");
    }
    void aSourceThatDoesNotAnswer()
    {
        QFETCH(QString, hub);
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        if (hub == "refused" || hub == "silent") {
            const bool refuses = hub == "refused";
            hub = QStringLiteral("http://127.0.0.1:%1").arg(silent.serverPort());
            if (refuses)
                silent.close();
        }
        qputenv("MAMA_HUB", hub.toLatin1());
        WindowFixture fixture;
        const std::string name = "mammo-clip-b2";
        show(fixture, name);
        press(fixture, "get");
        const auto says = [&](const QString& words) {
            for (auto* label : fixture.window().models().details().findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(words))
                    return true;
            return false;
        };
        const QString host = hub.mid(7);
        QTRY_VERIFY_WITH_TIMEOUT(says("Asking " + host + " since "), 1500);
        QTRY_VERIFY_WITH_TIMEOUT(says("It did not work") || says("No answer for"), 8000);
        QVERIFY(says("Look whether this computer is connected") && says("A mirror can be named"));
        fixture.screenshot("models-" + QString::fromLatin1(QTest::currentDataTag()).replace(' ', '-'));
        press(fixture, "pause");
        QTRY_VERIFY_WITH_TIMEOUT(button(fixture, "get")->isVisible() && !button(fixture, "pause")->isVisible(), 1000);
        QVERIFY(!says("Asking " + host));
    }

    void removeAsks()
    {
        WindowFixture fixture;
        const std::string name = "mammo-clip-b2";
        show(fixture, name);
        press(fixture, "get");
        QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name).isHere(), 60000);
        const std::filesystem::path folder = row(fixture, name).item.folder;
        for (const auto answer : {QMessageBox::No, QMessageBox::Yes}) {
            QString asked;
            whenAsked<QMessageBox>([&](QMessageBox& box) {
                asked = box.text();
                box.button(answer)->click();
            });
            press(fixture, "remove");
            QVERIFY2(asked.contains(row(fixture, name).title()) && asked.contains("got again"), qPrintable(asked));
            if (answer == QMessageBox::No) {
                QTest::qWait(200);
                QVERIFY(row(fixture, name).isHere() && std::filesystem::exists(folder));
            }
        }
        QTRY_VERIFY(!row(fixture, name).isHere());
        QVERIFY(!std::filesystem::exists(folder));
    }

    // I have the files: a folder without them says what is missing, a closed dialog does nothing, the right one is
    // used.
    void theFilesAreInAFolder()
    {
        WindowFixture fixture;
        const std::string name = "mammo-clip-b2";
        show(fixture, name);
        m_server->forget();
        const auto choose = [&](const QString& folder) {
            whenAsked<QFileDialog>([folder](QFileDialog& dialog) {
                if (folder.isEmpty())
                    return dialog.reject();
                dialog.findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))->setText(folder);
                dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Open)->click();
            });
            press(fixture, "files");
        };
        choose({});
        QVERIFY(!row(fixture, name).busy() && row(fixture, name).failure.isEmpty());
        QTemporaryDir empty;
        choose(empty.path());
        auto* failure = fixture.window().models().findChild<QLabel*>(QStringLiteral("modelFailure"));
        QTRY_VERIFY(failure->isVisible() && failure->text().contains("vocab.txt"));
        fixture.screenshot(QStringLiteral("models-files-missing"));
        choose(test::text(test::parityFolder() / "mammoclip-ckpt"));
        QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name).isHere(), 60000);
        QVERIFY(m_server->requests().empty());
    }

    // A gated model: the token is asked for, goes to the source, and is nowhere else.
    void aTokenIsAskedFor()
    {
        m_server->setTrouble([](const SourceServer::Request& request) {
            return request.headers.value("authorization") == "Bearer the-secret"
                       ? SourceServer::plainFile()
                       : SourceServer::status(403, {{"Content-Length", "0"}});
        });
        WindowFixture fixture;
        const std::string name = "medsiglip";
        show(fixture, name);
        for (const char* token : {"a-wrong-secret", "the-secret"}) {
            QTimer::singleShot(0, this, [&, token] {
                auto* dialog = fixture.window().findChild<QInputDialog*>();
                QVERIFY(dialog && dialog->textEchoMode() == QLineEdit::Password);
                if (token[0] == 'a')
                    fixture.screenshot(QStringLiteral("models-token"));
                dialog->setTextValue(QString::fromLatin1(token));
                dialog->accept();
            });
            press(fixture, "get");
            QTRY_VERIFY_WITH_TIMEOUT(row(fixture, name).isHere() || !row(fixture, name).failure.isEmpty(), 60000);
        }
        QVERIFY(row(fixture, name).isHere());
        fixture.window().close();
        for (const auto& entry : std::filesystem::recursive_directory_iterator(fixture.folder()))
            if (entry.is_regular_file() && entry.file_size() < 1'000'000)
                QVERIFY2(readText(entry.path()).find("secret") == std::string::npos, entry.path().c_str());
    }

    void theTableIsSound()
    {
        WindowFixture fixture;
        ModelTable table(fixture.window().models().downloads());
        const QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
        show(fixture, "cleft");
        QVERIFY(!button(fixture, "get")->isVisible() && button(fixture, "files")->isVisible()); // nobody serves it
        fixture.screenshot(QStringLiteral("models-by-hand"));
        QTRY_VERIFY(fixture.window().models().downloads().row("demo")); // what is installed besides
        fixture.window().models().select("demo");
        QTRY_VERIFY(button(fixture, "use")->isVisible() && !button(fixture, "remove")->isVisible());
        fixture.screenshot(QStringLiteral("models-demo"));
        // By keys alone: Enter goes to what can be done, a second one does it.
        auto& list = fixture.window().models().list();
        list.setFocus();
        QTest::keyClick(&list, Qt::Key_Return);
        QTRY_COMPARE(fixture.window().focusWidget(), button(fixture, "use"));
        QTest::keyClick(button(fixture, "use"), Qt::Key_Return);
        QTRY_VERIFY(fixture.window().read().isVisible());
        QVERIFY(fixture.window().read().session().modelFolder().endsWith("demo"));
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application,
               qEnvironmentVariable("MAMA_TEST_THEME") == QLatin1String("light") ? Theme::Light : Theme::Dark);
    TestModelsPage test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_models_page.moc"
