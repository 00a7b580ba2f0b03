// Typing a filter: what can follow is offered, taken by keys, and never in the way.
#include "core/base/files.h"
#include "core/library/collection/set_import.h"
#include "core/tables/importers/data_sets.h"
#include "widgets/library/filter_line.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <nlohmann/json.hpp>

using namespace mama;
namespace fs = std::filesystem;

class TestFilterLine : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    std::unique_ptr<Library> m_library;
    std::unique_ptr<FilterLine> m_line;

    QAbstractItemView& offered() const
    {
        for (QWidget* each : QApplication::topLevelWidgets())
            if (each->objectName() == QLatin1String("filter.offered"))
                return *qobject_cast<QAbstractItemView*>(each);
        qFatal("no list");
    }
    bool isOffered() const { return offered().isVisible(); }
    // As a user types: keys go to the list while it is open.
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) const
    {
        QTest::keyClick(isOffered() ? static_cast<QWidget*>(&offered()) : m_line.get(), key, modifiers);
    }
    void type(const QString& text) const
    {
        for (const QChar letter : text)
            QTest::keyClicks(isOffered() ? static_cast<QWidget*>(&offered()) : m_line.get(), letter);
    }

private Q_SLOTS:
    void initTestCase()
    {
        const fs::path root = m_folder.path().toStdString();
        fs::create_directories(root / "set");
        writeAtomically(root / "set/t.csv",
                        std::string_view("patient_id,image_id,laterality,view,age,cancer,BIRADS,density\n"
                                         "1,11,L,CC,50,0,1,A\n1,12,R,MLO,50,0,1,A\n2,21,L,CC,61,1,0,C\n"));
        Library::create(root / "lib");
        m_library = std::make_unique<Library>(root / "lib");
        importSet(*m_library, readRsnaSet(root / "set"));
    }
    void init()
    {
        m_line = std::make_unique<FilterLine>();
        m_line->resize(500, 30);
        m_line->setColumns(std::make_shared<StudyColumns>(*m_library));
        m_line->show();
        m_line->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_line.get()));
        m_line->setFocus();
    }
    void cleanup() { m_line.reset(); }

    void aFilterIsTypedByItsFirstLetters()
    {
        type(QStringLiteral("dens"));
        QVERIFY(isOffered());
        press(Qt::Key_Tab);
        QCOMPARE(m_line->text(), QStringLiteral("density "));
        QVERIFY(m_line->hasFocus() && !isOffered());
        type(QStringLiteral("in (c, "));
        QVERIFY(isOffered()); // its values
        press(Qt::Key_Down);
        press(Qt::Key_Return);
        QVERIFY2(m_line->text() == QLatin1String("density in (c, A") ||
                     m_line->text() == QLatin1String("density in (c, C"),
                 qPrintable(m_line->text()));
        type(QStringLiteral(") and "));
        QVERIFY(!isOffered()); // nothing is typed of it yet
        press(Qt::Key_Space, Qt::ControlModifier);
        QVERIFY(isOffered());
        press(Qt::Key_Escape);
        QVERIFY(!isOffered());
        QVERIFY(m_line->hasFocus());
    }

    // Enter without a choice is the line's own; so is all typing that takes no notice of the list.
    void theListIsNeverInTheWay()
    {
        QSignalSpy entered(m_line.get(), &QLineEdit::returnPressed);
        type(QStringLiteral("age >= 5"));
        press(Qt::Key_Return);
        QCOMPARE(entered.count(), 1);
        QVERIFY(!isOffered());
        QCOMPARE(m_line->text(), QStringLiteral("age >= 5"));
        m_line->clear();
        type(QStringLiteral("view = cc"));
        QCOMPARE(m_line->text(), QStringLiteral("view = cc"));
        m_line->setColumns(nullptr);
        m_line->clear();
        type(QStringLiteral("den"));
        QVERIFY(!isOffered());
    }

    void wordsInTheMiddleAreReplacedWhole()
    {
        m_line->setText(QStringLiteral("gr\u00f6\u00dfe = 1 and de = a"));
        m_line->setCursorPosition(16);
        type(QStringLiteral("n"));
        QVERIFY(isOffered());
        press(Qt::Key_Tab);
        QCOMPARE(m_line->text(), QStringLiteral("gr\u00f6\u00dfe = 1 and density  = a"));
    }
};

QTEST_MAIN(TestFilterLine)
#include "test_filter_line.moc"
