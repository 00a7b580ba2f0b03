// The header of the image on screen in the window, by keys, against what `mama header` prints of the same file.
#include "app/workstation/read/dialogs/header_dialog.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QTreeView>

using namespace mama;
using mama::test::WindowFixture;

class TestHeaderDialog : public QObject
{
    Q_OBJECT

    static int rows(const QAbstractItemModel& model, const QModelIndex& parent = {})
    {
        int count = 0;
        for (int row = 0; row < model.rowCount(parent); ++row)
            count += (model.index(row, 2, parent).data().isValid() ? 1 : 0) + rows(model, model.index(row, 0, parent));
        return count;
    }

private Q_SLOTS:
    void theImageOnScreenShowsItsTags()
    {
        WindowFixture fixture;
        const auto folder = fixture.folder() / "set";
        QCOMPARE(test::mamaCommand({"phantom", "--seed", "5", "--studies", "1", "--priors", "0", "--size", "256x208",
                                    "--out", test::text(folder)})
                     .status,
                 0);
        MainWindow& window = fixture.window();
        ReadPage& page = window.read();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&page.view(), Qt::Key_I, Qt::ControlModifier); // nothing is open: told, no dialog
        QVERIFY(!window.findChild<HeaderDialog*>());
        QVERIFY(fixture.openAndWait(folder / "images"));
        QTest::keyClick(&page.view(), Qt::Key_I, Qt::ControlModifier);
        QTRY_VERIFY(window.findChild<HeaderDialog*>());
        auto& dialog = *window.findChild<HeaderDialog*>();
        dialog.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        const StudyImage& image = page.studies().study()->images[page.view().activePane()->image];
        const nlohmann::json printed = test::mamaCommand({"header", test::text(image.path), "--json"}).json();
        auto& tree = *dialog.findChild<QTreeView*>();
        QVERIFY(rows(*tree.model()) > 20);
        QCOMPARE(rows(*tree.model()), static_cast<int>(printed.at("elements").size()));

        auto& find = *dialog.findChild<QLineEdit*>();
        QTRY_VERIFY(find.hasFocus()); // one types at once
        for (const char* words : {"patientid", "0010,0020", "00100020"}) {
            find.clear();
            QTest::keyClicks(&find, QString::fromLatin1(words));
            QCOMPARE(rows(*tree.model()), 1);
        }
        // The switch that hides identifiers hides them here too, at once.
        const auto nameShown = [&] {
            find.setText(QStringLiteral("PatientName"));
            const QModelIndex row = tree.model()->index(0, 0);
            return row.siblingAtColumn(4).data().toString();
        };
        QCOMPARE(nameShown(), QStringLiteral("(hidden)"));
        QVERIFY(!dialog.copied().contains(QStringLiteral("^")));
        window.findChild<QAction*>(QStringLiteral("study.identifiers"))->setChecked(true);
        QVERIFY(nameShown() != QStringLiteral("(hidden)") && !nameShown().isEmpty());
        std::string patient;
        for (const nlohmann::json& element : printed.at("elements"))
            if (element.at("name") == "PatientID")
                patient = element.at("value");
        QVERIFY(!patient.empty());
        find.setText(QStringLiteral("PatientID"));
        QCOMPARE(rows(*tree.model()), 1);
        tree.setFocus();
        QTest::keySequence(&tree, QKeySequence(QKeySequence::Copy));
        QCOMPARE(QApplication::clipboard()->text(),
                 QStringLiteral("(0010,0020)\tLO\tPatientID\t") + QString::fromStdString(patient));
        find.setText(QString::fromStdString(patient).toUpper()); // by value, whatever its letters
        QVERIFY(rows(*tree.model()) >= 1);
        find.setText(QStringLiteral("no such words"));
        QCOMPARE(rows(*tree.model()), 0);
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QTRY_VERIFY(!window.findChild<HeaderDialog*>());
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    TestHeaderDialog test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_header_dialog.moc"
